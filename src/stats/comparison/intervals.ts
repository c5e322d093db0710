import type { Interval } from "../moments.ts";

/** A candidate as one that others are held against. More is better. */
export interface Rival {
  readonly place: number;
  readonly score: number;
  /** What is taken off its own gains when others' allowances are found, 0 or below. */
  readonly limit: number;
}

/** A candidate as one that may be the best. */
export interface Contender extends Rival {
  /** Were it the best: how far above it the best of a sample may lie by chance alone. */
  readonly allowance: number;
}

/** Of each: with an allowance of no more than that, `constrainIntervals` leaves it out. */
export function leastAllowances(rivals: readonly Rival[]): Float64Array {
  const besides = firstTwo(rivals.map(({ score, limit }) => score + limit));
  return Float64Array.from(rivals, ({ score }, index) => besides(index) - score - 2 * ROUNDING);
}

/**
 * Hsu's intervals of score - best of the others (Annals of Statistics 12, 1984), for allowances that differ from
 * candidate to candidate ("Multiple comparisons", 1996, chapter 4). One whose interval would end at 0 is none of those
 * that may be the best, and left out.
 */
export function constrainIntervals(
  contenders: readonly Contender[],
): readonly { readonly place: number; readonly difference: Interval }[] {
  const besides = firstTwo(contenders.map(({ score, limit }) => score + limit));
  const all = contenders.map((contender, index) => {
    const { place, score, allowance, limit } = contender;
    const low = score + limit;
    return { place, low, top: score + allowance, high: allowance + score - besides(index) };
  });
  const members = all.filter(({ high }) => high >= -ROUNDING);
  const rivals = firstTwo(members.map(({ top }) => top));
  return members.map(({ place, low, high }, index) => ({
    place,
    difference: {
      low: members.length === 1 ? 0 : Math.min(0, low - rivals(index)),
      high: Math.max(0, high),
    },
  }));
}

/** Sums of replicates come out equal but for the last digits. */
const ROUNDING = 1e-9;

/** Answers for each index: the largest of the other values. */
function firstTwo(values: readonly number[]): (index: number) => number {
  let [first, second] = [-1, -1];
  const at = (index: number): number => values[index] ?? -Infinity;
  for (const index of values.keys()) {
    if (first < 0 || at(index) > at(first)) [first, second] = [index, first];
    else if (second < 0 || at(index) > at(second)) second = index;
  }
  return (index) => at(index === first ? second : first);
}
