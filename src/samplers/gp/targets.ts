import { normalDistribution, normalQuantile } from "../../core/normal-distribution.ts";
import type { Known } from "../history.ts";

/** What a model is told of one combination. */
export interface Target {
  /** Mean over its trials; 0 is the median of all, 1 one deviation worse. */
  readonly value: number;
  /** Variance of its noise, as a multiple of that of one whole trial. */
  readonly noise: number;
}

/**
 * Losses by their ranks, as normal quantiles: what outliers and a scale do is gone, and the best ones lie apart. A failed
 * trial shares the last rank with all others that failed. One that was stopped early is only known to be no better than the
 * middle, and the less surely the earlier it was.
 * @param known combinations with an outcome each, at the least
 */
export function rankTargets(known: readonly Known[]): Target[] {
  const losses = known.flatMap(({ outcomes }) => outcomes.map(({ loss }) => loss));
  const quantiles = quantilesOf(losses);
  return known.map(({ outcomes }) => {
    let [weights, sum] = [0, 0];
    for (const { loss, share } of outcomes) {
      const quantile = quantiles.get(loss) ?? 0;
      weights += share;
      sum += share * (share < 1 ? Math.max(0, quantile) : quantile);
    }
    return { value: sum / weights, noise: 1 / weights };
  });
}

/**
 * The loss of a rank, for numbers as `rankTargets` gives them: between two losses by their distance, beyond all of them the
 * last one.
 * @param known as `rankTargets` has it
 */
export function createLossScale(known: readonly Known[]): (target: number) => number {
  const sorted = Float64Array.from(
    known.flatMap(({ outcomes }) => outcomes.map(({ loss }) => loss)),
  ).sort();
  const last = sorted.length - 1;
  return (target) => {
    const place = normalDistribution(target) * sorted.length - 0.5;
    const below = sorted[Math.min(last, Math.max(0, Math.floor(place)))] ?? NaN;
    const above = sorted[Math.min(last, Math.max(0, Math.ceil(place)))] ?? NaN;
    return below === above ? below : below + (above - below) * (place - Math.floor(place));
  };
}

/** Equal losses have the mean of their ranks. */
function quantilesOf(losses: readonly number[]): ReadonlyMap<number, number> {
  const sorted = losses.toSorted((one, other) => (one === other ? 0 : one - other));
  const quantiles = new Map<number, number>();
  for (let start = 0; start < sorted.length;) {
    const loss = sorted[start] ?? 0;
    let end = start;
    while (end < sorted.length && sorted[end] === loss) end++;
    quantiles.set(loss, normalQuantile((start + end) / 2 / sorted.length));
    start = end;
  }
  return quantiles;
}
