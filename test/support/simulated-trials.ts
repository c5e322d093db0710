import { type RandomSource, randomFor } from "../../src/core/random.ts";
import type { Comparison } from "../../src/stats/comparison/comparison.ts";
import { mean } from "../../src/stats/moments.ts";

/** Trials whose true accuracies are known. */
interface Simulated {
  readonly accuracies: readonly number[];
  readonly rows: number;
  readonly random: RandomSource;
  /** Share of the rows on which a run does as the row, and not as chance, has it: 0 is independent, 1 the same for all. */
  readonly alike?: number;
  readonly replicates?: number;
  /** A seed's own accuracy is off by up to so much. */
  readonly seedSpread?: number;
}

/** A ranking of them. */
interface SimulatedRanking {
  readonly comparison: Comparison;
  /** For each place, the trial that has it. */
  readonly order: readonly number[];
  /** For each trial, its place. */
  readonly placeOf: (trial: number) => number;
}

/** Class 0 is right on every row. */
export function simulateRanking(simulated: Simulated): SimulatedRanking {
  const { accuracies, rows, random, alike = 0, replicates = 1, seedSpread = 0 } = simulated;
  const hardness = Float64Array.from({ length: rows }, () => random.next());
  const predict = (accuracy: number): Uint8Array =>
    Uint8Array.from(hardness, (own) =>
      Number((alike > 0 && random.next() < alike ? own : random.next()) >= accuracy),
    );
  const trials = accuracies.map((accuracy) =>
    Array.from({ length: replicates }, () =>
      predict(accuracy + seedSpread * (2 * random.next() - 1)),
    ),
  );
  return rankRuns(trials, new Uint8Array(rows));
}

/** @param trials for each, the predictions of its replicates */
export function rankRuns(
  trials: readonly (readonly Uint8Array[])[],
  labels: Uint8Array,
): SimulatedRanking {
  const shareRight = (run: Uint8Array): number =>
    run.reduce((sum, predicted, row) => sum + Number(predicted === labels[row]), 0) / run.length;
  const candidates = trials.map((runs) => ({ values: runs.map(shareRight) }));
  const scores = candidates.map(({ values }) => mean(values));
  const order = [...trials.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const comparison: Comparison = {
    candidates: order.map((trial) => candidates[trial] ?? { values: [] }),
    direction: "maximize",
    holdout: {
      labels,
      read: (place, replicate) => trials[order[place] ?? -1]?.[replicate] ?? null,
    },
  };
  return { comparison, order, placeOf: (trial) => order.indexOf(trial) };
}

/** About normal, mean 0, variance 1: the sum of twelve uniform numbers. */
export function drawNoise(random: RandomSource): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.next();
  return sum;
}

/** Answers of so many studies, each with a generator of its own. */
export function repeatStudies<T>(studies: number, study: (random: RandomSource) => T): T[] {
  return Array.from({ length: studies }, (_, each) => study(randomFor(each, "simulated study")));
}

export function shareOf(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length / answers.length;
}
