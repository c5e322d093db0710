import type { Point } from "./encoding.ts";

const SQRT5 = Math.sqrt(5);

/** Matérn's covariance for nu = 5/2 and variance 1 (Rasmussen and Williams, "Gaussian processes", 2006, 4.17). */
export function matern(distance: number): number {
  const scaled = SQRT5 * distance;
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

/** Minus its derivative by the squared distance, times two. */
export function maternSlope(distance: number): number {
  const scaled = SQRT5 * distance;
  return (5 / 3) * (1 + scaled) * Math.exp(-scaled);
}

/** Squared distance in one parameter: of places, or 1 between different categories. */
export function squareApart(one: number, other: number, isCategory: boolean): number {
  if (isCategory) return one === other ? 0 : 1;
  return (one - other) ** 2;
}

/** What a Gaussian process is made of. */
export interface Hyperparameters {
  /** One a parameter: how far apart values tell little of each other. */
  readonly lengths: Float64Array;
  /** Variance of what the parameters decide. */
  readonly variance: number;
  /** Variance of one trial's noise. */
  readonly noise: number;
}

/** The covariance of two points, noise apart. */
export function createCovariance(
  isCategory: readonly boolean[],
  { lengths, variance }: Hyperparameters,
): (one: Point, other: Point) => number {
  const weights = lengths.map((length) => 1 / length ** 2);
  const categories = Uint8Array.from(isCategory, Number);
  return (one, other) => {
    let square = 0;
    for (let at = 0; at < weights.length; at++) {
      const apart = squareApart(one[at] ?? 0, other[at] ?? 0, categories[at] === 1);
      square += apart * (weights[at] ?? 0);
    }
    return variance * matern(Math.sqrt(square));
  };
}
