import type { RandomSource } from "../core/random.ts";
import { countValues, valueAt } from "../core/search-space.ts";
import type { Distribution, ParameterValue } from "../core/study.ts";

/** Digits kept of a drawn real number: readable in tables, and the same text wherever it is written. */
export const DRAWN_DIGITS = 6;

/**
 * One value: uniform over a list or over the steps of a range, else uniform in [low, high] or in its
 * logarithm. An integer on a logarithmic scale is the rounding of a real one in [low - 1/2, high + 1/2],
 * so that the ends get their full share.
 */
export function drawValue(distribution: Distribution, random: RandomSource): ParameterValue {
  if (distribution.kind === "categorical") {
    return valueAt(distribution, random.nextInteger(distribution.values.length));
  }
  const { kind, low, high, log } = distribution;
  if (kind === "integer" && log) {
    return clamp(Math.round(drawLog(low - 0.5, high + 0.5, random)), low, high);
  }
  if (distribution.step !== undefined) {
    return valueAt(distribution, random.nextInteger(countValues(distribution)));
  }
  const value = log ? drawLog(low, high, random) : low + random.next() * (high - low);
  return clamp(Number(value.toPrecision(DRAWN_DIGITS)), low, high);
}

function drawLog(low: number, high: number, random: RandomSource): number {
  return Math.exp(Math.log(low) + random.next() * (Math.log(high) - Math.log(low)));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
