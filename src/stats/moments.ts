/** Mean of at least one value. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Quantile of at least one value, `share` in [0, 1]: linear between order statistics, the definition 7
 * of Hyndman and Fan (The American Statistician 50, 1996), as in NumPy and R.
 * @param sorted ascending
 */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** A copy in ascending order. */
export function sortNumbers(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/**
 * Eta squared (Fisher's correlation ratio): the share, 0 .. 1, of the values' variance that lies
 * between the groups. Null when nothing varies, or when no group has two values to vary within.
 * @param groups none of them empty
 */
export function etaSquared(groups: readonly (readonly number[])[]): number | null {
  const all = groups.flat();
  if (groups.length < 2 || all.length <= groups.length) return null;
  const grand = mean(all);
  const total = all.reduce((sum, value) => sum + (value - grand) ** 2, 0);
  if (total === 0) return null;
  const between = groups.reduce((sum, group) => sum + group.length * (mean(group) - grand) ** 2, 0);
  return Math.min(1, between / total);
}

/** Of at least two values, n - 1 below. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
