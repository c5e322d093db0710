type Values = readonly number[] | Float64Array;

/** Mean of at least one value. */
export function mean(values: Values): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Quantile of at least one value, `share` in [0, 1]: linear between order statistics, the definition 7
 * of Hyndman and Fan (The American Statistician 50, 1996), as in NumPy and R.
 * @param sorted ascending
 */
export function quantile(sorted: Values, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** A copy in ascending order. */
export function sortNumbers(values: Values): Float64Array {
  return Float64Array.from(values).sort();
}

/** Of at least two values, n - 1 below. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile of 0.975: two-sided 95 %. */
const Z95 = 1.959963984540054;

/**
 * 95 % score interval of a proportion (Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927, p. 209; no continuity correction). It speaks of the rows
 * only: another seed of the same trial moves the proportion as well, and that is not in it.
 * @param count rows, at least 1; 0 <= correct <= count
 */
export function wilsonInterval(correct: number, count: number): Interval {
  const share = correct / count;
  const z2 = Z95 ** 2 / count;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (Z95 / (1 + z2)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count));
  return {
    low: correct === 0 ? 0 : centre - half,
    high: correct === count ? 1 : centre + half,
  };
}
