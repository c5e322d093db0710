import { countValues, valueAt } from "../../core/space/values.ts";
import type { Distribution } from "../../core/study.ts";

/** What a trainer takes of a number: between both, the low end excluded where `above` is set, the high end where `below` is. */
export interface NumberLimits {
  readonly low: number;
  readonly high: number;
  readonly above?: true;
  readonly below?: true;
}

export type Side = "low" | "high";

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/** Digits that are written of an end that no step decides. */
const DIGITS = 3;

/** A range between `low` and `high` at least, its ends rounded away from its middle, to steps where it has any; the same if nothing is between. */
export function narrowRange(range: Range, low: number, high: number): Range {
  if (range.step !== undefined && !isDrawnOneByOne(range)) {
    const { step } = range;
    const last = countValues(range) - 1;
    const first = Math.min(last - 1, Math.max(0, Math.floor((low - range.low) / step)));
    const end = Math.max(first + 1, Math.min(last, Math.ceil((high - range.low) / step)));
    return { ...range, low: Number(valueAt(range, first)), high: Number(valueAt(range, end)) };
  }
  const round = (value: number, to: "floor" | "ceil"): number =>
    range.kind === "integer" ? Math[to](value) : roundDigits(value, to);
  const next = {
    low: Math.max(range.low, round(low, "floor")),
    high: Math.min(range.high, round(high, "ceil")),
  };
  return next.low < next.high ? { ...range, ...next } : range;
}

function roundDigits(value: number, to: "floor" | "ceil"): number {
  const nearest = Number(value.toPrecision(DIGITS));
  if (to === "floor" ? nearest <= value : nearest >= value) return nearest;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - DIGITS + 1);
  const next = Number((to === "floor" ? nearest - unit : nearest + unit).toPrecision(DIGITS));
  return Number.isFinite(next) ? next : value;
}

/**
 * The same with more at one end: of a list, the number that goes on as the last two do, by their ratio or their distance; of a
 * range, half of its width, in the logarithm where it is logarithmic.
 * @param limits absent: numbers of which none is below 0 stay there, and above it if all are
 * @returns null where nothing lies beyond, or the values are no numbers
 */
export function widen(
  distribution: Distribution,
  side: Side,
  limits?: NumberLimits,
): Distribution | null {
  if (distribution.kind !== "categorical") return widenRange(distribution, side, limits);
  const numbers = distribution.values.filter((value) => typeof value === "number");
  // Nobody knows how often what is new is to be drawn.
  if (distribution.weights !== undefined) return null;
  if (numbers.length < Math.max(2, distribution.values.length)) return null;
  const ascending = numbers.toSorted((a, b) => a - b);
  const next = continueList(ascending, side);
  const isWhole = numbers.every(Number.isInteger);
  const bounds = limits ?? guessLimits(ascending[0] ?? 0);
  if (!isWithin(next, bounds) || (isWhole && !Number.isInteger(next))) return null;
  const values = side === "low" ? [next, ...ascending] : [...ascending, next];
  return { kind: "categorical", values };
}

function guessLimits(least: number): NumberLimits {
  if (least < 0) return { low: -Number.MAX_VALUE, high: Number.MAX_VALUE };
  return { low: 0, high: Number.MAX_VALUE, ...(least > 0 ? { above: true } : {}) };
}

function isWithin(value: number, { low, high, above, below }: NumberLimits): boolean {
  return (
    value >= low &&
    value <= high &&
    !(above === true && value === low) &&
    !(below === true && value === high)
  );
}

/** Two numbers are taken to be powers where one is twice the other, or more; three where both ratios are alike. */
function continueList(ascending: readonly number[], side: Side): number {
  const outward = side === "low" ? ascending : ascending.toReversed();
  const [edge = 0, before = 0, third] = outward;
  const ratio = edge / before;
  const isAlike =
    third === undefined
      ? Math.max(ratio, 1 / ratio) >= 2
      : Math.abs(before / third / ratio - 1) < 0.01;
  const isGeometric = (ascending[0] ?? 0) > 0 && isAlike;
  return Number((isGeometric ? edge * ratio : 2 * edge - before).toPrecision(12));
}

/** Whole numbers on a logarithmic scale have no steps to keep to. */
function isDrawnOneByOne({ kind, log, step }: Range): boolean {
  return kind === "integer" && log && step === 1;
}

/** Beyond its ends there is hardly anything of a normal distribution, and steps in the logarithm are no ratio. */
function canBeWidened(range: Range): boolean {
  const { log, step, normal } = range;
  return normal === undefined && (!log || step === undefined || isDrawnOneByOne(range));
}

function widenRange(range: Range, side: Side, limits?: NumberLimits): Range | null {
  const { low, high, log } = range;
  if (!canBeWidened(range)) return null;
  const bounds = limits ?? guessLimits(low);
  const [edge, sign] = side === "low" ? [low, -1] : [high, 1];
  const beyond = log ? edge * Math.sqrt(high / low) ** sign : edge + sign * (high / 2 - low / 2);
  const rounded = roundBeyond(range, beyond, side);
  const next = isWithin(rounded, bounds) ? rounded : approach(range, bounds, side);
  const isFurther = side === "low" ? next < low : next > high;
  const isExact = range.kind === "real" || Number.isSafeInteger(next);
  return isFurther && isExact && isWithin(next, bounds) ? { ...range, [side]: next } : null;
}

/** What a limit leaves: up to the limit itself, or half way where it is excluded; no further where steps would not meet it. */
function approach({ step, log, ...range }: Range, bounds: NumberLimits, side: Side): number {
  const [edge, limit] = [range[side], bounds[side]];
  if (step !== undefined && !log) {
    const steps = Math.floor(Math.abs(limit - edge) / step);
    return Number((edge + (side === "low" ? -steps : steps) * step).toPrecision(12));
  }
  const isExcluded = side === "low" ? bounds.above === true : bounds.below === true;
  return isExcluded ? roundDigits(edge / 2 + limit / 2, "floor") : limit;
}

function roundBeyond({ kind, log, step, low, high }: Range, value: number, side: Side): number {
  if (step !== undefined && !log) {
    const width = Math.ceil((high / 2 - low / 2) / step) * step;
    return Number((side === "low" ? low - width : high + width).toPrecision(12));
  }
  const to = side === "low" ? "floor" : "ceil";
  return kind === "integer" ? Math[to](value) : roundDigits(value, to);
}
