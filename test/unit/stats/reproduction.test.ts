import { expect, test } from "vitest";
import {
  judgeReproduction,
  poolSeedNoise,
  type RunOutcome,
  splitProbability,
} from "../../../src/stats/reproduction.ts";

const LABELS = Uint8Array.from({ length: 200 }, (_, row) => row % 10);

/** A run that has these rows wrong. */
const runWrongAt = (...wrong: readonly number[]): RunOutcome => {
  const accuracy = 1 - wrong.length / LABELS.length;
  return {
    objective: accuracy,
    metrics: { holdoutAccuracy: accuracy },
    history: [{ step: 1, seconds: wrong.length, metrics: { loss: 0.5 } }],
    predictions: LABELS.map((label, row) => (wrong.includes(row) ? (label + 1) % 10 : label)),
  };
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

const NOISE = { labels: LABELS, seeds: null };

test("the same but for its times is identical; other predictions of the same accuracy are not", () => {
  const there = runWrongAt(1, 2, 3);
  const later = { ...there, history: [{ step: 1, seconds: 99, metrics: { loss: 0.5 } }] };
  expect(judgeReproduction(there, later, NOISE)).toBe("identical");
  expect(judgeReproduction(there, runWrongAt(4, 5, 6), NOISE)).toBe("within-noise");
  const other = { ...there, history: [{ step: 1, seconds: 3, metrics: { loss: 0.5000001 } }] };
  expect(judgeReproduction(there, other, NOISE)).toBe("within-noise");
});

// McNemar's exact p of 3 against 12 is 0.0352, of 2 against 14 is 0.0042 (R: binom.test(3, 15), binom.test(2, 16)).
test("rows that only one has right tell noise from a difference", () => {
  expect(splitProbability(3, 15)).toBeCloseTo(0.03515625, 12);
  expect(splitProbability(2, 16)).toBeCloseTo(0.004180908203125, 12);
  expect(splitProbability(0, 0)).toBe(1);
  expect(splitProbability(500, 1000)).toBe(1);
  const [a, b] = [runWrongAt(...range(0, 3)), runWrongAt(...range(10, 22))];
  expect(judgeReproduction(a, b, NOISE)).toBe("within-noise");
  const [c, d] = [runWrongAt(...range(0, 2)), runWrongAt(...range(10, 24))];
  expect(judgeReproduction(c, d, NOISE)).toBe("different");
});

test("without predictions seeds tell; without either nobody knows", () => {
  const run = (objective: number | null): RunOutcome => {
    const metrics: Record<string, number> = objective === null ? {} : { v: objective };
    return { objective, metrics, history: [], predictions: null };
  };
  const seeds = poolSeedNoise([
    { standardDeviation: 0.1, replicates: 3 },
    { standardDeviation: null, replicates: 1 },
    { standardDeviation: 0.2, replicates: 3 },
  ]);
  expect(seeds).toEqual({ deviation: Math.sqrt((2 * 0.01 + 2 * 0.04) / 4), degrees: 4 });
  // t of 4 degrees is 2.776: 0.62.
  expect(judgeReproduction(run(1), run(1.6), { labels: null, seeds })).toBe("within-noise");
  expect(judgeReproduction(run(1), run(1.65), { labels: null, seeds })).toBe("different");
  expect(judgeReproduction(run(1), run(1.0001), { labels: null, seeds: null })).toBe("unknown");
  expect(judgeReproduction(run(1), run(null), { labels: null, seeds })).toBe("different");
  expect(poolSeedNoise([{ standardDeviation: null, replicates: 1 }])).toBeNull();
});
