/** One class taken for another. */
export interface ConfusedPair {
  readonly truth: number;
  readonly said: number;
  readonly count: number;
}

/** Pairs of a matrix that a person looks at. */
export const SHOWN_PAIRS = 8;

/** @param counts [true class, predicted class], row-major @returns what occurs, most often first */
export function listConfused(counts: ArrayLike<number>, classes: number): readonly ConfusedPair[] {
  return Array.from(counts, (count, place) => ({
    ...{ truth: Math.floor(place / classes), said: place % classes },
    count,
  }))
    .filter(({ count, truth, said }) => count > 0 && truth !== said)
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.said - b.said);
}
