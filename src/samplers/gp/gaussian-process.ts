import { appendRow, factorize, solve, solveLower, type Triangle } from "./cholesky.ts";
import type { Point } from "./encoding.ts";
import { generalizedMean, LEAST_NOISE } from "./fit.ts";
import { createCovariance, type Hyperparameters } from "./kernel.ts";
import type { Sample } from "./sample.ts";

/** What a model says of a point, noise apart. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
  /** The largest correlation with what was supposed; 0 where nothing was. */
  readonly closeness: number;
}

/** A Gaussian process given a sample (Rasmussen and Williams, "Gaussian processes", 2006, 2.25 and 2.26). */
export class GaussianProcess {
  readonly #sample: Sample;
  readonly #hyperparameters: Hyperparameters;
  readonly #covariance: (one: Point, other: Point) => number;
  readonly #points: Point[];
  readonly #mean: number;
  /** The inverse covariance times the residuals. */
  readonly #weights: Float64Array;
  #triangle: Triangle;

  constructor(sample: Sample, hyperparameters: Hyperparameters) {
    this.#sample = sample;
    this.#hyperparameters = hyperparameters;
    this.#covariance = createCovariance(sample.isCategory, hyperparameters);
    this.#points = [...sample.points];
    this.#triangle = this.#factorize();
    const values = Float64Array.from(sample.targets, ({ value }) => value);
    const ones = solve(this.#triangle, new Float64Array(values.length).fill(1));
    this.#mean = generalizedMean(ones, values);
    const residuals = values.map((value) => value - this.#mean);
    this.#weights = solve(this.#triangle, residuals);
  }

  #factorize(): Triangle {
    const { points, targets } = this.#sample;
    const size = points.length;
    const { variance, noise } = this.#hyperparameters;
    const matrix = new Float64Array(size * size);
    for (const [row, one] of points.entries()) {
      for (const [column, other] of points.slice(0, row).entries())
        matrix[row * size + column] = this.#covariance(one, other);
      matrix[row * size + row] = variance + (noise + LEAST_NOISE) * (targets[row]?.noise ?? 1);
    }
    const triangle = factorize(matrix, size);
    if (triangle === null) throw new RangeError("the covariance is not positive definite");
    return triangle;
  }

  predict(point: Point): Prediction {
    const row = this.#covariances(point);
    const mean = this.#meanFrom(row);
    let closest = 0;
    for (let at = this.#weights.length; at < row.length; at++)
      closest = Math.max(closest, row[at] ?? 0);
    solveLower(this.#triangle, row);
    let known = 0;
    for (const each of row) known += each * each;
    const { variance } = this.#hyperparameters;
    return { mean, variance: Math.max(0, variance - known), closeness: closest / variance };
  }

  predictMean(point: Point): number {
    return this.#meanFrom(this.#covariances(point));
  }

  /**
   * Supposes that a trial at `point` comes to the mean that is predicted for it: no mean changes, and variances shrink
   * ("kriging believer": Ginsbourger, Le Riche and Carraro, 2010).
   */
  suppose(point: Point): void {
    const { variance, noise } = this.#hyperparameters;
    const row = new Float64Array(this.#points.length + 1);
    row.set(this.#covariances(point));
    row[this.#points.length] = variance + noise + LEAST_NOISE;
    this.#triangle = appendRow(this.#triangle, row);
    this.#points.push(point);
  }

  #covariances(point: Point): Float64Array {
    const row = new Float64Array(this.#points.length);
    for (let at = 0; at < row.length; at++)
      row[at] = this.#covariance(point, this.#points[at] ?? point);
    return row;
  }

  /** What was supposed has no weight. */
  #meanFrom(covariances: Float64Array): number {
    let mean = this.#mean;
    for (let at = 0; at < this.#weights.length; at++)
      mean += (this.#weights[at] ?? 0) * (covariances[at] ?? 0);
    return mean;
  }
}
