import type { RandomSource } from "../core/random.ts";

const CENTRE = {
  above: [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
  below: [1, 17.895169469, 78.757757664, 67.1875636],
};
const MIDDLE = {
  above: [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
  below: [1, 0.7370016425, 0.12021132975],
};
const TAIL = {
  above: [6.657905115, 3.081226386, 0.42868294337, 0.017337203997],
  below: [1, 0.24197894225, 0.012258202635],
};

/**
 * Standard normal quantile, about seven digits (Wichura, "Algorithm AS 241: The percentage points of the normal
 * distribution", Applied Statistics 37, 1988: PPND7).
 * @param share in (0, 1)
 */
export function normalQuantile(share: number): number {
  const offset = share - 0.5;
  if (Math.abs(offset) <= 0.425) return offset * divide(CENTRE, 0.180625 - offset ** 2);
  const depth = Math.sqrt(-Math.log(Math.min(share, 1 - share)));
  return Math.sign(offset) * (depth <= 5 ? divide(MIDDLE, depth - 1.6) : divide(TAIL, depth - 5));
}

function divide({ above, below }: typeof CENTRE, at: number): number {
  return polynomial(above, at) / polynomial(below, at);
}

/** @param coefficients constant first */
function polynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduceRight((sum, each) => sum * at + each, 0);
}

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
