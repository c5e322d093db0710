import fc from "fast-check";
import { expect, test } from "vitest";
import type { Objective } from "../../../src/core/study.ts";
import {
  bestOf,
  cutToMeeting,
  type RankedTrial,
  rankTrials as rankTable,
} from "../../../src/stats/rank.ts";
import {
  makeFailedOutcome,
  makeOutcome,
  makeWaitingOutcome,
  tableOf,
} from "../../support/outcomes.ts";

const ACCURACY: Objective = { metric: "holdoutAccuracy", direction: "maximize" };

const rankTrials = (outcomes: Parameters<typeof tableOf>[0], objective: Objective) => [
  ...rankTable(tableOf(outcomes), { objective }).rows,
];

const order = (rows: readonly RankedTrial[]) => rows.map(({ rank, number }) => [rank, number]);

test("equal accuracy shares a rank; loss, model size, number order it; the next rank skips", () => {
  const at = (number: number, holdoutLoss: number, modelParameters: number) =>
    makeOutcome(number, 4000, {
      metrics: { holdoutAccuracy: 4000 / 4200, holdoutLoss },
      modelParameters,
    });
  const outcomes = [
    makeOutcome(1, 3999),
    at(5, 0.1, 500),
    at(4, 0.1, 500),
    at(3, 0.1, 400),
    at(2, 0.05, 900),
    makeOutcome(6, 4001),
  ];
  expect(order(rankTrials(outcomes, ACCURACY))).toEqual([
    [1, 6],
    [2, 2],
    [2, 3],
    [2, 4],
    [2, 5],
    [6, 1],
  ]);
});

test("what is not known comes after what is", () => {
  const known = makeOutcome(3, 10);
  const noLoss = makeOutcome(1, 10, { metrics: { holdoutAccuracy: 10 / 4200 } });
  const noSize = makeOutcome(2, 10, { modelParameters: null });
  expect(order(rankTrials([noLoss, noSize, known], ACCURACY))).toEqual([
    [1, 3],
    [1, 2],
    [1, 1],
  ]);
});

test("a loss is minimised, without an interval", () => {
  const rows = rankTrials([makeOutcome(1, 100), makeOutcome(2, 200)], {
    metric: "holdoutLoss",
    direction: "minimize",
  });
  expect(order(rows)).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect(rows[0]?.interval).toBeNull();
});

test("failed and waiting trials, and those without the metric, are not ranked", () => {
  const failed = makeFailedOutcome(1, { kind: "diverged", message: "loss is NaN" });
  const other = makeOutcome(3, 1, { metrics: { loss: 1 } });
  expect(rankTrials([failed, makeWaitingOutcome(2), other], ACCURACY)).toEqual([]);
  expect(rankTrials([], ACCURACY)).toEqual([]);
  expect(rankTrials([makeOutcome(1, 4)], { ...ACCURACY, metric: "toString" })).toEqual([]);
});

test("one trial has rank 1, and Wilson's interval", () => {
  const [row] = rankTrials([makeOutcome(9, 4163)], ACCURACY);
  expect(row).toMatchObject({ rank: 1, number: 9, replicates: 1 });
  expect(row?.interval?.low).toBeCloseTo(0.98787, 4);
  expect(row?.interval?.high).toBeCloseTo(0.9936, 4);
});

test("replicates make one row: mean, lowest and highest, and an interval over seeds", () => {
  const params = { filters: 16 };
  const rows = rankTrials(
    [
      makeOutcome(1, 4200, { params }),
      makeOutcome(2, 2100, { params }),
      makeOutcome(3, 3300),
      makeOutcome(4, 4200, { params, epochs: 20 }),
      makeFailedOutcome(5, { kind: "error", message: "" }),
    ],
    ACCURACY,
  );
  expect(order(rows)).toEqual([
    [1, 4],
    [2, 3],
    [3, 1],
  ]);
  expect(rows[2]).toMatchObject({
    objective: 0.75,
    replicates: 2,
    spread: { low: 0.5, high: 1 },
    // Student's t of one degree of freedom: 12.7 times 0.25, cut at what an accuracy can be.
    ...{ interval: { low: 0, high: 1 }, over: "seeds", standardDeviation: Math.SQRT1_2 / 2 },
    holdoutLoss: 0.25,
  });
});

test("the ranking does not depend on the order in which results came", () => {
  const outcomes = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 })),
    {
      maxLength: 20,
    },
  );
  const shuffled = outcomes
    .map((values) =>
      values.map(([correct, group], place) =>
        makeOutcome(place + 1, correct, { params: { group: group === 0 ? place : -group } }),
      ),
    )
    .chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      const rows = rankTrials(all, ACCURACY);
      expect(rankTrials(other, ACCURACY)).toEqual(rows);
      for (const row of rows) {
        expect(row.rank).toBe(rows.filter(({ objective }) => objective > row.objective).length + 1);
      }
    }),
  );
});

test("what does not meet a requirement comes after all that do, whatever its objective; the mean of replicates decides", () => {
  const at = (number: number, correct: number, modelParameters: number | null, params = {}) =>
    makeOutcome(number, correct, { modelParameters, params: { number, ...params } });
  const same = { number: 0 };
  const outcomes = [
    at(1, 4100, 60_000),
    at(2, 4000, 50_000),
    at(3, 4150, null),
    // Their seconds are 55 on the average.
    { ...at(4, 3900, 100, same), seconds: 70 },
    { ...at(5, 3900, 100, same), seconds: 40 },
    { ...at(6, 4000, 100), seconds: 61 },
    at(7, 4100, 70_000),
  ];
  const ranking = rankTable(tableOf(outcomes), {
    objective: ACCURACY,
    requirements: [
      { metric: "modelParameters", atMost: 50_000 },
      { metric: "seconds", atLeast: 50, atMost: 60 },
    ],
  });
  expect([ranking.meeting, bestOf(ranking)?.number]).toEqual([2, 2]);
  expect([...ranking.rows].map(({ rank, number, unmet }) => [rank, number, unmet])).toEqual([
    [1, 2, undefined],
    [2, 4, undefined],
    [3, 3, ["modelParameters <= 50000"]],
    [4, 1, ["modelParameters <= 50000"]],
    [4, 7, ["modelParameters <= 50000"]],
    [6, 6, ["50 <= seconds <= 60"]],
  ]);
  expect(ranking.rows.at(2)?.required).toEqual([null, 60]);
  const cut = cutToMeeting(ranking);
  expect([[...cut.rows].map(({ number }) => number), cut.firsts.length]).toEqual([[2, 4], 2]);
});

test("where none meets what is required, there is no best", () => {
  const requirements = [{ metric: "unheard of", atLeast: 0 }];
  const ranking = rankTable(tableOf([makeOutcome(1, 1)]), { objective: ACCURACY, requirements });
  expect([ranking.rows.length, ranking.meeting, bestOf(ranking)]).toEqual([1, 0, undefined]);
});
