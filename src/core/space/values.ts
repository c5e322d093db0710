import { distinctValues, includesValue } from "../parameter-value.ts";
import type { Distribution, ParameterValue } from "../study.ts";

/** Digits kept of `low + i * step`: 0.1 + 2 * 0.1 is written, and identified, as 0.3. */
const STEP_DIGITS = 12;
/** Steps in the size of a range's numbers from which on these digits would shift its values. */
const FINE_STEPS = 1e8;

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/** How many values a distribution has; Infinity for a range without steps. */
export function countValues(distribution: Distribution): number {
  if (distribution.kind === "categorical") return distribution.values.length;
  const { kind, low, high, step } = distribution;
  if (step === undefined) return Infinity;
  const width = high - low;
  if (kind === "integer") return (width - (width % step)) / step + 1;
  // The quotient may fall short of a whole number by rounding: (0.3 - 0.1) / 0.1 is 1.9999999999999998.
  return Math.floor(width / step + Math.max(1e-9, (width / step) * 4 * Number.EPSILON)) + 1;
}

/** The value at `index`, from 0, in the order written or rising. Only for distributions with a finite count. */
export function valueAt(distribution: Distribution, index: number): ParameterValue {
  if (distribution.kind === "categorical") {
    const value = distribution.values[index];
    if (value === undefined) throw new RangeError(`no value ${index} in a list`);
    return value;
  }
  const { low, high, step } = distribution;
  if (step === undefined) throw new RangeError("a range without steps has no first value");
  return Math.min(high, roundStep(low + index * step, distribution, step));
}

/** Rids a sum of what binary arithmetic adds: by digits, or by the decimals written where digits would shift values. */
function roundStep(value: number, { low, high }: Range, step: number): number {
  const isShort = Number(low.toPrecision(STEP_DIGITS)) === low && !Number.isInteger(step);
  return isShort && Math.max(Math.abs(low), Math.abs(high)) < FINE_STEPS * step
    ? Number(value.toPrecision(STEP_DIGITS))
    : Number(value.toFixed(Math.min(100, Math.max(countDecimals(low), countDecimals(step)))));
}

function countDecimals(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** Whether `value` is one of a distribution's own; none is of a range without steps. */
export function takesValue(distribution: Distribution, value: ParameterValue): boolean {
  if (distribution.kind === "categorical") return includesValue(distribution.values, value);
  const { low, step } = distribution;
  if (typeof value !== "number" || step === undefined) return false;
  const index = Math.round((value - low) / step);
  return index >= 0 && index < countValues(distribution) && valueAt(distribution, index) === value;
}

/** Whether `value` may be drawn from a distribution. */
export function contains(distribution: Distribution, value: ParameterValue): boolean {
  if (takesValue(distribution, value)) return true;
  if (distribution.kind === "categorical" || typeof value !== "number") return false;
  const { low, high, step } = distribution;
  return step === undefined && value >= low && value <= high;
}

/**
 * One distribution for all that a parameter may take, where several dimensions have its name: their lists together, or the range from
 * end to end; null for lists beside ranges, and for what is searched nowhere.
 */
export function coverDistributions(all: readonly Distribution[]): Distribution | null {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? null;
  const lists = all.filter((each) => each.kind === "categorical");
  if (lists.length === all.length)
    return { kind: "categorical", values: distinctValues(lists.flatMap(({ values }) => values)) };
  const ranges = all.filter((each) => each.kind !== "categorical");
  if (lists.length > 0) return null;
  const [low, high] = [
    Math.min(...ranges.map((each) => each.low)),
    Math.max(...ranges.map((each) => each.high)),
  ];
  const log = low > 0 && ranges.every((each) => each.log);
  return ranges.every(({ kind }) => kind === "integer")
    ? { kind: "integer", low, high, log, step: 1 }
    : { kind: "real", low, high, log };
}
