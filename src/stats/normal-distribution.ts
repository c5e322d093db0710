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
