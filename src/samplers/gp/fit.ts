import { factorize, invert, logDeterminant, solve } from "./cholesky.ts";
import { matern, maternSlope, type Hyperparameters } from "./kernel.ts";
import { minimize, type Slope } from "./lbfgs.ts";
import { comparePairs, thinSample, type Sample } from "./sample.ts";

/** Normal priors of the logarithms: mean and deviation. */
const PRIORS = {
  length: [Math.log(1), 1],
  variance: [Math.log(1), 0.7],
  noise: [Math.log(0.2), 1.5],
} as const;
/** Added to the noise, so that equal points leave a matrix that can be factorized. */
export const LEAST_NOISE = 1e-4;
/** So many points show most of it for little; from there all of them need few steps more. */
const FEW_POINTS = 64;
const STEPS = { few: 20, all: 4 };
/** A gain of the logarithm that is not worth another step. */
const TOLERANCE = 0.05;

/** The hyperparameters of the largest posterior density, by their logarithms. */
export function fit(sample: Sample): Hyperparameters {
  const parameters = sample.isCategory.length;
  const start = Float64Array.from(
    { length: parameters + 2 },
    (_, at) => priorOf(at, parameters)[0],
  );
  const few = thinSample(sample, FEW_POINTS, 0);
  const near = few === sample ? start : climb(few, start, STEPS.few);
  return toHyperparameters(climb(sample, near, few === sample ? STEPS.few : STEPS.all));
}

function climb(sample: Sample, start: Float64Array, steps: number): Float64Array {
  const pairs = comparePairs(sample);
  const measure = (logs: Float64Array): Slope => measurePosterior(sample, pairs, logs);
  return minimize(measure, start, { steps, tolerance: TOLERANCE });
}

/** Logarithms: of each length, of the variance, of the noise. */
function toHyperparameters(logs: Float64Array): Hyperparameters {
  const [variance = 0, noise = 0] = logs.slice(-2);
  return {
    lengths: logs.slice(0, -2).map(Math.exp),
    variance: Math.exp(variance),
    noise: Math.exp(noise),
  };
}

function priorOf(at: number, parameters: number): readonly [number, number] {
  if (at < parameters) return PRIORS.length;
  return at === parameters ? PRIORS.variance : PRIORS.noise;
}

/** Minus the logarithm of the posterior density, but for a constant, and its gradient. */
export function measurePosterior(sample: Sample, pairs: Float64Array, logs: Float64Array): Slope {
  const slope = measureLikelihood(sample, pairs, logs);
  const { gradient } = slope;
  let { value } = slope;
  for (let at = 0; at < logs.length; at++) {
    const [mean, deviation] = priorOf(at, logs.length - 2);
    const offset = ((logs[at] ?? 0) - mean) / deviation;
    value += offset ** 2 / 2;
    gradient[at] = (gradient[at] ?? 0) + offset / deviation;
  }
  return { value, gradient };
}

/**
 * Minus the logarithm of the marginal likelihood (Rasmussen and Williams, 2006, 5.8 and 5.9), of residuals from the mean
 * that makes it largest.
 */
export function measureLikelihood(sample: Sample, pairs: Float64Array, logs: Float64Array): Slope {
  const hyperparameters = toHyperparameters(logs);
  const { targets } = sample;
  const size = targets.length;
  const gradient = new Float64Array(logs.length);
  const triangle = factorize(fillCovariance(sample, pairs, hyperparameters), size);
  if (triangle === null) return { value: Infinity, gradient };
  const values = Float64Array.from(targets, ({ value }) => value);
  const mean = generalizedMean(solve(triangle, new Float64Array(size).fill(1)), values);
  const residuals = values.map((value) => value - mean);
  const weights = solve(triangle, residuals);
  let product = 0;
  for (let at = 0; at < size; at++) product += (residuals[at] ?? 0) * (weights[at] ?? 0);
  fillGradient(gradient, sample, pairs, hyperparameters, weights, invert(triangle));
  return { value: (product + logDeterminant(triangle)) / 2, gradient };
}

/** The mean of values with this covariance, by least squares. @param ones the inverse covariance times ones */
export function generalizedMean(ones: Float64Array, values: Float64Array): number {
  let [sum, weight] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    sum += (ones[at] ?? 0) * (values[at] ?? 0);
    weight += ones[at] ?? 0;
  }
  return sum / weight;
}

function fillCovariance(
  { targets }: Sample,
  pairs: Float64Array,
  { lengths, variance, noise }: Hyperparameters,
): Float64Array {
  const size = targets.length;
  const weights = lengths.map((length) => 1 / length ** 2);
  const matrix = new Float64Array(size * size);
  let place = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++, place += weights.length)
      matrix[row * size + column] = variance * matern(distanceOf(pairs, place, weights));
    matrix[row * size + row] = variance + (noise + LEAST_NOISE) * (targets[row]?.noise ?? 1);
  }
  return matrix;
}

function distanceOf(pairs: Float64Array, place: number, weights: Float64Array): number {
  let square = 0;
  for (let at = 0; at < weights.length; at++)
    square += (pairs[place + at] ?? 0) * (weights[at] ?? 0);
  return Math.sqrt(square);
}

/** By the logarithms; `inverse` and every sum go over the lower triangle. */
function fillGradient(
  gradient: Float64Array,
  { targets }: Sample,
  pairs: Float64Array,
  { lengths, variance, noise }: Hyperparameters,
  solved: Float64Array,
  inverse: Float64Array,
): void {
  const size = targets.length;
  const weights = lengths.map((length) => 1 / length ** 2);
  let byVariance = 0;
  let byNoise = 0;
  let place = 0;
  const pullOf = (row: number, column: number): number =>
    (inverse[row * size + column] ?? 0) - (solved[row] ?? 0) * (solved[column] ?? 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++, place += weights.length) {
      const distance = distanceOf(pairs, place, weights);
      const pull = pullOf(row, column);
      byVariance += pull * matern(distance);
      addProducts(gradient, pull * variance * maternSlope(distance), pairs, place, weights);
    }
    const pull = pullOf(row, row) / 2;
    byVariance += pull;
    byNoise += pull * (targets[row]?.noise ?? 1);
  }
  gradient.set([byVariance * variance, byNoise * noise], weights.length);
}

function addProducts(
  gradient: Float64Array,
  factor: number,
  pairs: Float64Array,
  place: number,
  weights: Float64Array,
): void {
  for (let at = 0; at < weights.length; at++)
    gradient[at] = (gradient[at] ?? 0) + factor * (pairs[place + at] ?? 0) * (weights[at] ?? 0);
}
