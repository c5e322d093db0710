import { normalDistribution } from "../../core/normal-distribution.ts";
import type { Prediction } from "./gaussian-process.ts";

/** Below this many deviations the sum loses its digits, and the series is exact. */
const FAR = -8;
const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;

/**
 * The logarithm of how much lower than `best` a value is expected to be, counting only what is lower: of use where the expectation
 * itself is 0 in doubles (Ament et al., "Unexpected improvements to expected improvement", NeurIPS 2023).
 */
export function logExpectedImprovement(
  { mean, variance }: Omit<Prediction, "closeness">,
  best: number,
): number {
  const deviation = Math.sqrt(Math.max(variance, 1e-18));
  return Math.log(deviation) + logImprovement((best - mean) / deviation);
}

/** About a twentieth of a length apart. */
const TOO_CLOSE = 0.998;
/** Far below any expected improvement. */
const REFUSAL = -1e9;

/**
 * The same, but what is too close to a running trial comes after everything else, the closest last: a model that is sure of a
 * smooth function would have all of fifty trials in one spot.
 */
export function scoreApart(prediction: Prediction, best: number): number {
  return prediction.closeness > TOO_CLOSE
    ? REFUSAL * prediction.closeness
    : logExpectedImprovement(prediction, best);
}

/** log(density(z) + z distribution(z)) of the standard normal. */
function logImprovement(z: number): number {
  const logDensity = -(z * z) / 2 - LOG_ROOT_TWO_PI;
  if (z > FAR) return Math.log(Math.exp(logDensity) + z * normalDistribution(z));
  // 1/z^2 - 3/z^4 + 15/z^6 - ...: Abramowitz and Stegun, 26.2.12.
  const part = 1 / (z * z);
  return logDensity + Math.log(part) + Math.log1p(-3 * part * (1 - 5 * part * (1 - 7 * part)));
}
