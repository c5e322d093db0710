import { type Interval, quantile } from "../moments.ts";

/** What the middle 95 % of values span; both ends 0 where there are none. */
export function spanInterval(values: readonly number[]): Interval {
  if (values.length === 0) return { low: 0, high: 0 };
  const sorted = Float64Array.from(values).sort();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}
