import type { Distribution, ParameterValue, Parameters, SearchSpace } from "../../core/study.ts";
import { orderNumbers, shareOf } from "../candidate.ts";

/** A combination as numbers, one for each parameter: a place in [0, 1], or the number of a category. */
export type Point = Float64Array;

/** How combinations become points. */
export interface Encoding {
  /** For each parameter: whether only equal and different are told, not near and far. */
  readonly isCategory: readonly boolean[];
  readonly encode: (params: Parameters) => Point;
}

/** Where a parameter stands that a combination has not: its condition tells them apart. */
const ABSENT = { place: 0.5, category: -1 };

/**
 * Lists of numbers by their order, ranges by their width or its logarithm, everything else as categories.
 */
export function createEncoding(space: SearchSpace): Encoding {
  const columns = space.map(({ name, distribution }) => ({ name, ...encodeBy(distribution) }));
  return {
    isCategory: columns.map(({ isCategory }) => isCategory),
    encode: (params) =>
      Float64Array.from(columns, ({ name, isCategory, toNumber }) => {
        const value = params[name];
        if (value === undefined) return isCategory ? ABSENT.category : ABSENT.place;
        return toNumber(value);
      }),
  };
}

function encodeBy(distribution: Distribution): {
  isCategory: boolean;
  toNumber: (value: ParameterValue) => number;
} {
  if (distribution.kind !== "categorical")
    return { isCategory: false, toNumber: (value) => shareOf(distribution, value) };
  const { values } = distribution;
  const numbers = orderNumbers(values);
  const isCategory = numbers === null;
  const ordered = numbers ?? values;
  const last = isCategory ? 1 : Math.max(1, values.length - 1);
  const places = new Map(ordered.map((value, at) => [value, at / last]));
  return { isCategory, toNumber: (value) => places.get(value) ?? 0 };
}
