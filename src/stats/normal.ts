import { normalQuantile } from "../core/normal-distribution.ts";
import type { RandomSource } from "../core/random.ts";

/** Half of 2^-53, the step of a random number: 0 itself has no quantile. */
const LEAST_SHARE = 2 ** -54;

/** One standard normal number. */
export function drawNormal(random: RandomSource): number {
  return normalQuantile(Math.max(random.next(), LEAST_SHARE));
}

/** The largest of `count` >= 1 standard normal numbers, from one uniform one. */
export function drawLargestNormal(count: number, random: RandomSource): number {
  const logOfShare = Math.log(Math.max(random.next(), LEAST_SHARE)) / count;
  // What lies above it, for the share itself may round to 1.
  const above = Math.min(1 - LEAST_SHARE, -Math.expm1(logOfShare));
  return -normalQuantile(Math.max(above, LEAST_SHARE));
}

/** More squares than these are near enough to a cube of a normal number. */
const MOST_SQUARES = 30;

/** A chi-squared number (many degrees of freedom: Wilson and Hilferty, PNAS 17, 1931) over its degrees of freedom. */
export function drawMeanSquare(degrees: number, random: RandomSource): number {
  if (degrees > MOST_SQUARES) {
    const part = 2 / (9 * degrees);
    return Math.max(0, 1 - part + drawNormal(random) * Math.sqrt(part)) ** 3;
  }
  let sum = 0;
  for (let square = 0; square < degrees; square++) sum += drawNormal(random) ** 2;
  return sum / degrees;
}

/** Above these degrees of freedom, Student's t is the normal distribution to three digits. */
const MOST_DEGREES = 2000;

/**
 * Student's t that is exceeded, either way, in one of twenty samples: from its distribution for whole degrees of freedom
 * (Abramowitz and Stegun, "Handbook of mathematical functions", 1964, 26.7.3 and 26.7.4).
 * @param degrees of freedom, a whole number from 1
 */
export function studentLimit(degrees: number): number {
  if (degrees > MOST_DEGREES) return normalQuantile(0.975);
  let [low, high] = [1.9, 12.8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How much of Student's distribution lies between -t and t. */
function shareWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let next = isOdd ? 3 : 2; next < degrees; next += 2) {
    term *= ((next - 1) / next) * Math.cos(angle) ** 2;
    sum += term;
  }
  const inner = Math.sin(angle) * sum;
  return isOdd ? (2 / Math.PI) * (angle + inner) : inner;
}
