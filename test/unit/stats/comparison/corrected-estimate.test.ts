import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import {
  type Comparison,
  type CorrectedEstimate,
  isUntold,
} from "../../../../src/stats/comparison/comparison.ts";
import { correctBest } from "../../../../src/stats/comparison/corrected-estimate.ts";
import { mean } from "../../../../src/stats/moments.ts";
import {
  drawNoise,
  rankRuns,
  repeatStudies,
  shareOf,
  simulateRanking,
} from "../../../support/simulated-trials.ts";

function correct(comparison: Comparison): CorrectedEstimate {
  const found = correctBest(comparison);
  if (isUntold(found)) throw new Error(found.reason);
  return found;
}

const equal = (count: number, value: number) => Array.from({ length: count }, () => value);

test("of 1,000 trials at chance, the best is told to be chance, and not the maximum", () => {
  const studies = repeatStudies(2, (random) =>
    correct(simulateRanking({ accuracies: equal(1000, 0.1), rows: 300, random }).comparison),
  );
  expect(mean(studies.map(({ ranked }) => ranked))).toBeGreaterThan(0.14);
  expect(Math.abs(mean(studies.map(({ estimate }) => estimate)) - 0.1)).toBeLessThan(0.02);
  for (const { estimate, interval } of studies) {
    expect(Math.abs(estimate - 0.1)).toBeLessThan(0.025);
    expect(interval.low).toBeLessThan(0.1);
    expect(interval.high).toBeGreaterThan(0.1);
  }
});

test("of a trial that is far better, next to nothing is taken off", () => {
  const accuracies = [0.9, ...equal(50, 0.6)];
  const random = randomFor(1, "far better");
  const told = correct(simulateRanking({ accuracies, rows: 600, random }).comparison);
  expect(Math.abs(told.ranked - told.estimate)).toBeLessThan(0.002);
  expect(told).toMatchObject({ place: 0, over: "rows", unread: 0 });
});

/** Whether the interval holds the true accuracy of what was picked, and how far the estimate is off. */
function study(simulated: Parameters<typeof simulateRanking>[0]) {
  const { comparison, order } = simulateRanking(simulated);
  const { place, estimate, interval, ranked } = correct(comparison);
  const truth = simulated.accuracies[order[place] ?? -1] ?? NaN;
  return {
    holds: interval.low <= truth && truth <= interval.high,
    bias: estimate - truth,
    luck: ranked - truth,
  };
}

test.each([
  ["one alone", { accuracies: [0.8] }, 0.02],
  ["independent", { accuracies: equal(30, 0.8) }, 0.015],
  ["alike", { accuracies: equal(30, 0.9), alike: 0.8 }, 0.015],
  ["seeds", { accuracies: equal(20, 0.8), replicates: 3, seedSpread: 0.1 }, 0.015],
])("the interval holds in 95 of 100 studies: %s", (name, simulated, bias) => {
  const studies = repeatStudies(30, (random) => study({ ...simulated, rows: 150, random }));
  expect(shareOf(studies.map(({ holds }) => holds))).toBeGreaterThanOrEqual(0.9);
  expect(Math.abs(mean(studies.map((each) => each.bias)))).toBeLessThan(bias);
  if (name !== "one alone")
    expect(mean(studies.map(({ luck }) => luck))).toBeGreaterThan(1.5 * bias);
});

test("no error among few rows is not told to be none at all", () => {
  const labels = Uint8Array.from({ length: 50 }, (_, row) => row % 7);
  const { comparison } = rankRuns([[labels], [labels]], labels);
  const { estimate, interval } = correct(comparison);
  expect(estimate).toBe(1);
  expect(interval.high).toBe(1);
  expect(interval.low).toBeGreaterThan(0.9);
  expect(interval.low).toBeLessThan(0.94);
});

test("where the order of ties knew the rows left out, the best of few rows would keep its luck", () => {
  const studies = repeatStudies(30, (random) =>
    study({ accuracies: equal(100, 0.5), rows: 20, random }),
  );
  expect(Math.abs(mean(studies.map(({ bias }) => bias)))).toBeLessThan(0.04);
});

function simulateMeans(means: readonly number[], replicates: number, seed: number): Comparison {
  const random = randomFor(seed, "means");
  const candidates = means
    .map((mean) => equal(replicates, mean).map((each) => each + 0.1 * drawNoise(random)))
    .sort((a, b) => mean(a) - mean(b))
    .map((values) => ({ values }));
  return { candidates, direction: "minimize", holdout: null };
}

test.each([
  [20, 3],
  [1000, 2],
])(
  "by replicates, the best of %d equal ones, %d seeds each, is worth what they all are",
  (many, seeds) => {
    const studies = Array.from({ length: 10 }, (_, seed) => {
      const { ranked, estimate, interval, over } = correct(
        simulateMeans(equal(many, 2), seeds, seed),
      );
      expect(over).toBe("seeds");
      return { ranked, estimate, holds: interval.low <= 2 && 2 <= interval.high };
    });
    expect(mean(studies.map(({ ranked }) => ranked))).toBeLessThan(1.9);
    expect(Math.abs(mean(studies.map(({ estimate }) => estimate)) - 2)).toBeLessThan(0.05);
    expect(shareOf(studies.map(({ holds }) => holds))).toBeGreaterThanOrEqual(0.8);
  },
);

test("by replicates, nothing is taken off what is far ahead", () => {
  const told = correct(simulateMeans([0, ...equal(50, 2)], 3, 1));
  expect(told.estimate - told.ranked).toBeCloseTo(0, 3);
});

test("what cannot be told is said", () => {
  const ask = (values: readonly (readonly number[])[]) =>
    correctBest({
      candidates: values.map((each) => ({ values: each })),
      direction: "maximize",
      holdout: null,
    });
  expect(ask([])).toEqual({ reason: "no trial has a value of the objective" });
  expect(ask([[0.5], [0.6]])).toEqual({
    reason: "one run each and no hold-out predictions of this objective: run replicates",
  });
  expect(ask([[0.5, 0.4], [0.6]])).toEqual({
    reason: "too few replicates to tell how much seeds vary: run more",
  });
});

test("seeds that never differ take nothing off, and a single row of hold-out no answer but replicates", () => {
  const same = equal(40, 0.5).map((value) => ({ values: [value, value] }));
  const told = correct({ candidates: same, direction: "maximize", holdout: null });
  expect(told).toMatchObject({ estimate: 0.5, interval: { low: 0.5, high: 0.5 } });
  const labels = new Uint8Array(1);
  expect(isUntold(correctBest(rankRuns([[labels], [labels]], labels).comparison))).toBe(true);
});
