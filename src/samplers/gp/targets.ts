import { normalDistribution, normalQuantile } from "../../core/normal-distribution.ts";
import { groupBy } from "../../core/objects.ts";
import type { Known, Outcome } from "../history.ts";

/** What a model is told of one combination. */
export interface Target {
  /** Mean over its trials; 0 is the median of all, 1 one deviation worse. */
  readonly value: number;
  /** Variance of its noise, as a multiple of that of one whole trial. */
  readonly noise: number;
}

/**
 * Trials by their ranks among all of them, as normal quantiles: what outliers and a scale do is gone, and the best ones lie apart. A
 * failed trial shares the last rank with all others that failed. One that was stopped early stands where it stood among those it was
 * compared with, the less surely the earlier it was; where nobody knows that, where its loss stands, but no better than the middle.
 * @param known combinations with an outcome each, at the least
 */
export function rankTargets(known: readonly Known[]): Target[] {
  const quantiles = quantilesOf(known.flatMap(({ outcomes }) => outcomes));
  return known.map(({ outcomes }) => {
    let [weights, sum] = [0, 0];
    for (const outcome of outcomes) {
      const { share } = outcome;
      const place = quantiles.get(outcome) ?? 0;
      const isGuess = share < 1 && outcome.quantile === undefined;
      weights += share;
      sum += share * (isGuess ? Math.max(0, place) : place);
    }
    return { value: sum / weights, noise: 1 / weights };
  });
}

/**
 * The loss of a rank, for numbers as `rankTargets` gives them: between two measured losses by their distance, beyond all of them the
 * last one.
 * @param known as `rankTargets` has it
 */
export function createLossScale(known: readonly Known[]): (target: number) => number {
  const sorted = order(known.flatMap(({ outcomes }) => outcomes));
  const marks = [...sorted.entries()].filter(
    ([, { quantile, loss }]) => quantile === undefined && loss < Infinity,
  );
  return (target) => {
    const place = normalDistribution(target) * sorted.length - 0.5;
    const [low, below] = marks.findLast(([at]) => at <= place) ?? marks[0] ?? [0, undefined];
    const [high, above] = marks.find(([at]) => at >= place) ?? marks.at(-1) ?? [0, undefined];
    const [one, other] = [below?.loss ?? NaN, above?.loss ?? NaN];
    return high <= low ? one : one + ((other - one) * (place - low)) / (high - low);
  };
}

/** Equal ones have the mean of their ranks. */
function quantilesOf(outcomes: readonly Outcome[]): ReadonlyMap<Outcome, number> {
  const places = groupBy(
    order(outcomes).entries(),
    ([, { loss, quantile }]) => quantile ?? String(loss),
  );
  const quantiles = new Map<Outcome, number>();
  for (const equal of places.values()) {
    const rank = equal.reduce((sum, [place]) => sum + place + 0.5, 0) / equal.length;
    for (const [, outcome] of equal) quantiles.set(outcome, normalQuantile(rank / outcomes.length));
  }
  return quantiles;
}

/** Best first: those that tell where they stand stand there, the others around them, what failed behind all. */
function order(outcomes: readonly Outcome[]): readonly Outcome[] {
  const placed = outcomes
    .filter(({ quantile }) => quantile !== undefined)
    .sort((one, other) => (one.quantile ?? 0) - (other.quantile ?? 0));
  const measured = outcomes
    .filter(({ quantile }) => quantile === undefined)
    .sort((one, other) => (one.loss === other.loss ? 0 : one.loss - other.loss));
  const sorted: Outcome[] = [];
  let [at, next] = [0, 0];
  while (sorted.length < outcomes.length) {
    const one = placed[at];
    const isDue = (one?.quantile ?? 1) * outcomes.length <= sorted.length + 0.5;
    const goesFirst =
      one !== undefined && (isDue || (measured[next]?.loss ?? Infinity) === Infinity);
    const taken = goesFirst ? placed[at++] : measured[next++];
    if (taken !== undefined) sorted.push(taken);
  }
  return sorted;
}
