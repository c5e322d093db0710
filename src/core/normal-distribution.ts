/** Terms of the series are added until one is smaller than this part of their sum. */
const PRECISION = 1e-17;
/** Beyond it the series would lose digits, and the continued fraction is short. */
const SERIES_UP_TO = 3;
const FRACTION_TERMS = 60;
/** From here on the tail is smaller than any double. */
const NOTHING_FROM = 39;

/**
 * The standard normal distribution, to 1e-15: by the series and the continued fraction of Abramowitz and Stegun, "Handbook
 * of mathematical functions", 1964, 26.2.11 and 26.2.14.
 */
export function normalDistribution(x: number): number {
  const size = Math.abs(x);
  if (size >= NOTHING_FROM) return x > 0 ? 1 : 0;
  const density = Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const upper = size > SERIES_UP_TO ? density * tailFraction(size) : 0.5 - density * series(size);
  return x > 0 ? 1 - upper : upper;
}

/** x + x^3 / 3 + x^5 / (3 * 5) + ... */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > PRECISION * sum; odd += 2) {
    term *= x ** 2 / odd;
    sum += term;
  }
  return sum;
}

/** 1 / (x + 1 / (x + 2 / (x + 3 / ...))) */
function tailFraction(x: number): number {
  let rest = x;
  for (let term = FRACTION_TERMS; term > 0; term--) rest = x + term / rest;
  return 1 / rest;
}

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
