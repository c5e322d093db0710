import type { Point } from "./encoding.ts";
import { squareApart } from "./kernel.ts";
import type { Target } from "./targets.ts";

/** What a model is fitted to; targets belong to the points in order. */
export interface Sample {
  readonly isCategory: readonly boolean[];
  readonly points: readonly Point[];
  readonly targets: readonly Target[];
}

/**
 * Of more than `most` points, so many of the best and the others evenly by their ranks: time grows with the cube of
 * their number.
 */
export function thinSample(sample: Sample, most: number, best: number): Sample {
  const { isCategory, points, targets } = sample;
  if (targets.length <= most) return sample;
  const value = (place: number): number => targets[place]?.value ?? 0;
  const ranked = [...targets.keys()].sort((one, other) => value(one) - value(other));
  const step = (ranked.length - best) / (most - best);
  const places = Array.from({ length: most }, (_, at) =>
    at < best ? at : best + Math.floor((at - best) * step),
  ).map((rank) => ranked[rank] ?? 0);
  return {
    isCategory,
    points: places.flatMap((at) => points.slice(at, at + 1)),
    targets: places.flatMap((at) => targets.slice(at, at + 1)),
  };
}

/** Squared distances of each pair of points, row by row below the diagonal, one a parameter. */
export function comparePairs({ points, isCategory }: Sample): Float64Array {
  const parameters = isCategory.length;
  const pairs = new Float64Array(((points.length * (points.length - 1)) / 2) * parameters);
  let place = 0;
  for (const [row, one] of points.entries()) {
    for (let column = 0; column < row; column++) {
      const other = points[column];
      for (let at = 0; at < parameters; at++)
        pairs[place++] = squareApart(one[at] ?? 0, other?.[at] ?? 0, isCategory[at] ?? false);
    }
  }
  return pairs;
}
