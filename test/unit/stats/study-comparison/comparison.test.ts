import { expect, test } from "vitest";
import { compareStudies } from "../../../../src/stats/study-comparison/comparison.ts";
import {
  describeSpace,
  describeValues,
  findDifferences,
} from "../../../../src/stats/study-comparison/differences.ts";
import { compareShared } from "../../../../src/stats/study-comparison/shared.ts";
import type { TrialOutcome } from "../../../../src/stats/trial-table.ts";
import { makeAttempt } from "../../../support/attempts.ts";
import {
  makeFailedOutcome,
  makeOutcome,
  makeWaitingOutcome,
  type Outcome,
  toRow,
} from "../../../support/outcomes.ts";

const SCORE = { metric: "score", direction: "maximize" } as const;
const LOSS = { metric: "score", direction: "minimize" } as const;

const outcome = (number: number, x: number, score: number, other: Partial<Outcome> = {}) =>
  toRow(makeOutcome(number, 0, { params: { x }, metrics: { score }, ...other }));

const attemptOf = ({ trialId, number }: TrialOutcome, seconds = 3600) =>
  makeAttempt(number, { trialId, seconds });

test("shared trials are found by id and by parameters and epochs; means over replicates are paired", () => {
  const own = outcome(1, 1, 0.5);
  const shared = compareShared(
    [own, outcome(2, 2, 0.4), outcome(3, 2, 0.6), outcome(4, 3, 0.1)],
    [
      own,
      outcome(5, 2, 0.9, { trialId: "b5" }),
      outcome(6, 3, 0.1, { trialId: "b6", epochs: 20 }),
      toRow({ ...makeWaitingOutcome(7), trialId: "b7", params: { x: 3 } }),
    ],
    SCORE,
  );
  expect(shared).toMatchObject({ sameIds: 1, sameParameters: 3 });
  expect(shared.pairs).toEqual([
    { numberA: 2, numberB: 5, a: 0.5, b: 0.9 },
    { numberA: 1, numberB: 1, a: 0.5, b: 0.5 },
  ]);
  expect(shared.better).toEqual({ a: 0, b: 1, equal: 1 });
  expect(shared.difference?.value).toBeCloseTo(0.2, 12);
  expect(shared.difference?.low).toBe(0);
  expect(shared.difference?.high).toBeCloseTo(0.4, 12);
});

test("one pair has no band, and with minimize the lower one is better", () => {
  const shared = compareShared([outcome(1, 1, 0.5)], [outcome(1, 1, 0.4)], LOSS);
  expect(shared).toMatchObject({ difference: null, better: { a: 0, b: 1, equal: 0 } });
});

test("each set of parameters costs what all attempts at all its replicates did", () => {
  const [one, two] = [outcome(1, 1, 0.5), outcome(2, 1, 0.7)];
  const failed = toRow({ ...makeFailedOutcome(3, { kind: "error", message: "" }), params: { x: 9 } });
  const waiting = toRow({ ...makeWaitingOutcome(4), params: { x: 10 } });
  const side = {
    outcomes: [one, two, failed, waiting],
    attempts: [attemptOf(one), attemptOf(two), attemptOf(two), attemptOf(failed)],
  };
  const compared = compareStudies(side, side, SCORE);
  // Two cores each; two draws, of which one came to nothing: of two draws one has the score for sure.
  expect(compared.a).toEqual({
    ...{ trials: 4, complete: 2, failed: 1, cost: 8 },
    best: { number: 1, objective: 0.6, replicates: 2 },
  });
  expect(compared.unit).toBe("CPU-hours asked for");
  expect(compared.equalCost.at(-1)).toMatchObject({ budget: 8, a: { value: 0.6 } });
  expect(compared.better).toBeNull();
});

test("the unit is the first that is known of every attempt", () => {
  const one = outcome(1, 1, 0.5);
  const unitOf = (other: Parameters<typeof makeAttempt>[1]) => {
    const side = {
      outcomes: [one],
      attempts: [makeAttempt(1, { ...other, trialId: one.trialId })],
    };
    const whole = { outcomes: [one], attempts: [attemptOf(one)] };
    return compareStudies(side, whole, SCORE).unit;
  };
  expect(unitOf({})).toBe("CPU-hours asked for");
  expect(unitOf({ request: null })).toBe("CPU-hours measured");
  expect(unitOf({ request: null, cpuSeconds: null })).toBe("hours of wall time");
});

test("with minimize the lower expected best is better, told as it was measured", () => {
  const make = (offset: number) => {
    const outcomes = Array.from({ length: 30 }, (_, place) =>
      outcome(place + 1, place + offset * 100, place / 100 + offset),
    );
    return { outcomes, attempts: outcomes.map((each) => attemptOf(each)) };
  };
  const { equalCost, better, a, b } = compareStudies(make(1), make(2), LOSS);
  expect([a.best?.objective, b.best?.objective, better]).toEqual([1, 2, "a"]);
  const end = equalCost.at(-1);
  expect(end?.difference?.value).toBeCloseTo(1, 6);
  expect(end?.a?.value).toBeLessThan(1.02);
  expect(end?.a?.value).toBeGreaterThanOrEqual(1);
  expect((end?.a?.low ?? 9) <= (end?.a?.high ?? 0)).toBe(true);
});

test("studies without a trial are compared without a claim", () => {
  const nothing = { outcomes: [], attempts: [] };
  expect(compareStudies(nothing, nothing, SCORE)).toMatchObject({
    ...{ equalCost: [], better: null, a: { trials: 0, best: null, cost: 0 } },
  });
});

test("spaces are told by the values that were planned", () => {
  const planned = [{ x: 10, kind: "sgd" }, { x: 9, kind: "adam" }, { x: 10 }];
  const space = describeSpace(planned.map((params) => ({ params: JSON.stringify(params) })));
  expect([...space]).toEqual([
    ["x", "9, 10"],
    ["kind", "adam, sgd"],
  ]);
  expect(describeValues(Array.from({ length: 20 }, (_, place) => place / 10))).toBe(
    "0 .. 1.9 (20 values)",
  );
  const other = new Map([["x", "9, 10"]]);
  expect(findDifferences("space", space, other, "not there")).toEqual([
    { kind: "space", what: "kind", a: "adam, sgd", b: "not there" },
  ]);
});
