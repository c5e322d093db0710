import { keyOfValue } from "../../core/parameter-value.ts";
import { countValues } from "../../core/space/values.ts";
import type { Dimension, Distribution, ParameterValue } from "../../core/study.ts";
import { createShareOf, orderNumbers } from "../candidate.ts";
import { scaleOf } from "../scale.ts";

/** Where a value stands: a category's number, or a place in [0, 1] and the cell around it, which is empty in a range of real numbers. */
export interface Mark {
  readonly place: number;
  readonly low: number;
  readonly high: number;
}

/** One parameter as kernels see it. */
export interface Axis {
  readonly name: string;
  /** How many categories; 0 where values have an order. */
  readonly categories: number;
  readonly mark: (value: ParameterValue) => Mark;
  /** The value at a place, or of a category's number. */
  readonly valueAt: (place: number) => ParameterValue;
}

/** @param valueAtShare the value at a share of the distribution */
export function createAxis(
  { name, distribution }: Dimension,
  valueAtShare: (share: number) => ParameterValue,
): Axis {
  if (distribution.kind !== "categorical")
    return { name, categories: 0, mark: createMark(distribution), valueAt: valueAtShare };
  const { values } = distribution;
  const count = values.length;
  const numbers = orderNumbers(values);
  const ordered = numbers ?? values;
  const places = new Map(ordered.map((value, at) => [keyOfValue(value), at]));
  const placeOf = (value: ParameterValue): number => places.get(keyOfValue(value)) ?? 0;
  const valueAt = (at: number): ParameterValue =>
    ordered[Math.min(count - 1, at)] as ParameterValue;
  if (numbers === null) {
    const mark = (value: ParameterValue): Mark => ({ place: placeOf(value), low: 0, high: 0 });
    return { name, categories: count, mark, valueAt };
  }
  const mark = (value: ParameterValue): Mark => cellAround((placeOf(value) + 0.5) / count, count);
  return { name, categories: 0, mark, valueAt: (place) => valueAt(Math.floor(place * count)) };
}

function createMark(
  distribution: Exclude<Distribution, { readonly kind: "categorical" }>,
): (value: ParameterValue) => Mark {
  const { low, high, step } = distribution;
  const count = countValues(distribution);
  const scale = scaleOf(distribution);
  const placeOf = createShareOf(distribution);
  if (step !== undefined && !scale.isUniform && low < high)
    return (value) => ({
      place: placeOf(value),
      low: Math.max(0, scale.shareOf(Math.max(low / 2, Number(value) - step / 2))),
      high: Math.min(1, scale.shareOf(Number(value) + step / 2)),
    });
  return (value) => cellAround(placeOf(value), low === high ? Infinity : count);
}

function cellAround(place: number, count: number): Mark {
  return { place, low: place - 0.5 / count, high: place + 0.5 / count };
}
