import { expect, test } from "vitest";
import type { Goals, Objective } from "../../../../src/core/study.ts";
import { measureTrials } from "../../../../src/stats/measurements.ts";
import { findParetoFront, type Moments } from "../../../../src/stats/pareto/pareto.ts";
import { cutToMeeting, rankTrials } from "../../../../src/stats/rank.ts";
import {
  makeOutcome,
  makeWaitingOutcome,
  type Outcome,
  tableOf,
} from "../../../support/outcomes.ts";

const ACCURACY: Objective = { metric: "accuracy", direction: "maximize" };
const SECONDS: Objective = { metric: "seconds", direction: "minimize" };

function frontOf(
  outcomes: readonly Outcome[],
  goals: Goals,
  momentsOf: (row: number) => Moments | undefined = () => undefined,
) {
  const table = tableOf(outcomes);
  const ranking = cutToMeeting(rankTrials(table, goals));
  return findParetoFront(ranking, goals.objectives ?? [], { table, momentsOf: () => momentsOf });
}

const trial = (number: number, accuracy: number, seconds: number, other: Partial<Outcome> = {}) =>
  makeOutcome(number, 0, { metrics: { accuracy }, holdout: null, seconds, ...other });

const two = { objective: ACCURACY, objectives: [ACCURACY, SECONDS] };

test("bsweep's own cost beside a metric: members by the first objective, equal ones all, the worst as reference", () => {
  const outcomes = [
    trial(1, 0.5, 10),
    trial(2, 0.9, 40),
    trial(3, 0.8, 20),
    trial(4, 0.8, 20),
    trial(5, 0.7, 30),
    trial(6, 0.4, 50),
    makeWaitingOutcome(7),
  ];
  const front = frontOf(outcomes, two);
  expect(front).toMatchObject({
    ...{ candidates: 6, reference: [0.4, 50], ideal: [0.9, 10] },
    members: [
      { number: 2, params: { trial: 2 }, values: [0.9, 40] },
      { number: 3, values: [0.8, 20] },
      { number: 4, values: [0.8, 20] },
      { number: 1, values: [0.5, 10] },
    ],
  });
  // Slices from the worst accuracy up: as cheap as trial 1, 3, 2.
  expect(front?.hypervolume).toBeCloseTo(0.1 * 40 + 0.3 * 30 + 0.1 * 10, 12);
  expect(frontOf(outcomes, { objective: ACCURACY })).toBeNull();
});

test("replicates count with their means; who does not meet what is required is none of the candidates", () => {
  const replicate = { params: { same: true } };
  const outcomes = [
    trial(1, 0.6, 10, replicate),
    trial(2, 0.8, 30, replicate),
    trial(3, 0.9, 90),
    trial(4, 0.5, 40),
  ];
  const front = frontOf(outcomes, {
    ...two,
    requirements: [{ metric: "seconds", atMost: 60 }],
  });
  expect(front?.candidates).toBe(2);
  expect(front?.members).toMatchObject([{ number: 1, values: [expect.closeTo(0.7, 12), 20] }]);
});

test("what the trainers of a setting report goes before what bsweep knows, for all of them", () => {
  const outcomes = [
    trial(1, 0.5, 10, { metrics: { accuracy: 0.5, seconds: 7 } }),
    trial(2, 0.9, 40),
    trial(3, 0.4, 20, { setting: "other" }),
  ];
  const { asked } = measureTrials(tableOf(outcomes), two);
  expect([...(asked.get("seconds") ?? [])]).toEqual([7, NaN, 20]);
  expect(frontOf(outcomes.slice(0, 2), two)?.candidates).toBe(1);
});

test("the hypervolume grows as trials end, a row with its last replicate, up to what it is in the end", () => {
  const replicate = { params: { same: true } };
  const outcomes = [
    trial(1, 0.9, 40, replicate),
    trial(2, 0.9, 40, replicate),
    trial(3, 0.4, 50),
    trial(4, 0.5, 10),
    trial(5, 0.5, 20),
  ];
  const ends = [130, 400, 110, 200, 300];
  const front = frontOf(outcomes, two, (row) => ({ start: 100, end: ends[row] ?? NaN }));
  expect(front?.overTime).toEqual([
    { ended: 1, seconds: 10, hypervolume: 0 },
    { ended: 2, seconds: 100, hypervolume: expect.closeTo(4, 12) as number },
    { ended: 4, seconds: 300, hypervolume: expect.closeTo(0.1 * 40 + 0.4 * 10, 12) as number },
  ]);
  expect(front?.overTime.at(-1)?.hypervolume).toBe(front?.hypervolume);
});

test("many trials: at most 50 moments, never falling; four objectives have fewer where the front is large", () => {
  const outcomes = Array.from({ length: 3000 }, (_, place) => {
    const [a, b, c] = [0.618_034, 0.754_877, 0.569_84].map((step) => (place * step) % 1);
    return trial(place + 1, a ?? 0, 1, {
      metrics: { accuracy: a ?? 0, b: b ?? 0, c: c ?? 0, d: -(a ?? 0) },
    });
  });
  const down = (metric: string): Objective => ({ metric, direction: "minimize" });
  const three = { objective: ACCURACY, objectives: [ACCURACY, down("b"), down("c")] };
  const growth = frontOf(outcomes, three)?.overTime.map(({ hypervolume }) => hypervolume) ?? [];
  expect(growth.length).toBeGreaterThan(5);
  expect(growth.length).toBeLessThanOrEqual(50);
  expect(growth).toEqual(growth.toSorted((x, y) => x - y));
  // Nobody is beaten, for d is the opposite of accuracy.
  const four = {
    objective: ACCURACY,
    objectives: [ACCURACY, { ...down("d"), direction: "maximize" as const }, down("b"), down("c")],
  };
  const large = frontOf(outcomes, four);
  expect(large?.members.length).toBe(3000);
  expect([large?.hypervolume, large?.overTime]).toEqual([null, []]);
});

test("values that no product of numbers holds have a front, and no hypervolume", () => {
  const outcomes = [trial(1, 1e308, 1e200), trial(2, -1e308, 1)];
  const front = frontOf(outcomes, two);
  expect(front?.members).toHaveLength(2);
  expect([front?.hypervolume, front?.overTime]).toEqual([null, []]);
});
