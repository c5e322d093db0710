import { mean } from "../moments.ts";
import { type Comparison, findLargest, scoreCandidates } from "./comparison.ts";

/** Of the family's one in twenty, what may be spent on leaving out candidates that are far from the best. */
export const SCREENING_LEVEL = 0.005;

/** More standard errors than a bootstrap of a thousand samples ever shows: one in three million. */
export const OUT_OF_SIGHT = 5;

/**
 * Standard errors beyond which no pair of the candidates lies apart by chance, at the screening level for all pairs
 * together. A sum of centred differences of -1, 0 and 1, as many one way as the other, has tails below
 * exp(-z^2 / 2) whatever their number (Hoeffding, JASA 58, 1963), so that nothing here is asymptotic.
 */
export function reachOfChance(candidates: number): number {
  return Math.sqrt(2 * Math.log(Math.max(2, candidates) ** 2 / SCREENING_LEVEL));
}

/**
 * Candidates that may lie within so many standard errors of the best, by their accuracies alone: two that have 20 and
 * 30 of the rows wrong differ on 50 of them at the most. Where there are replicates, the variance between them is added.
 * @param rows of the hold-out
 * @returns places, ascending
 */
export function screenByAccuracy(
  comparison: Comparison,
  rows: number,
  reach: number,
): readonly number[] {
  const { candidates } = comparison;
  const scores = scoreCandidates(comparison);
  const best = findLargest(scores);
  const replicatesOf = (place: number) => candidates[place]?.values.length ?? 1;
  const isNear = (place: number, variance: number): boolean => {
    const [score, top] = [scores[place] ?? 0, scores[best] ?? 0];
    const differing = rows * Math.min(score + top, 2 - score - top);
    const seeds = rows ** 2 * variance * (1 / replicatesOf(place) + 1 / replicatesOf(best));
    return rows * (top - score) <= reach * Math.sqrt(Math.max(0, differing) + seeds) + 1e-6;
  };
  const places = [...scores.keys()].filter((place) => (scores[place] ?? -1) >= 0);
  const near = places.filter((place) => isNear(place, 0));
  // Seeds of what is near, for what fails now and then varies more.
  const { variance } = poolVariance(near.map((place) => candidates[place]?.values ?? []));
  return variance > 0 ? places.filter((place) => isNear(place, variance)) : near;
}

export interface PooledVariance {
  /** Between replicates of the same parameters; 0 where there are none. */
  readonly variance: number;
  readonly degrees: number;
}

/** @param unit in which values are squared, so that no square is out of range */
export function poolVariance(groups: readonly (readonly number[])[], unit = 1): PooledVariance {
  let [squares, degrees] = [0, 0];
  for (const values of groups) {
    if (values.length < 2) continue;
    const centre = mean(values);
    for (const value of values) squares += ((value - centre) / unit) ** 2;
    degrees += values.length - 1;
  }
  return { variance: degrees === 0 ? 0 : squares / degrees, degrees };
}
