import { keyOfValue } from "../../core/parameter-value.ts";
import { createSlotReader } from "../../core/space/conditions.ts";
import { countValues } from "../../core/space/values.ts";
import type {
  Dimension,
  Distribution,
  Parameters,
  ParameterValue,
  SearchSpace,
} from "../../core/study.ts";
import { createShareOf, orderNumbers } from "../candidate.ts";

/** A combination as numbers, one for each column: a place in [0, 1], or the number of a category. */
export type Point = Float64Array;

/** How combinations become points. */
export interface Encoding {
  /** What each number of a point tells: a dimension with several values. */
  readonly dimensions: readonly Dimension[];
  /** For each of them: whether only equal and different are told, not near and far. */
  readonly isCategory: readonly boolean[];
  readonly encode: (params: Parameters) => Point;
}

/** Where a parameter stands that a combination has not: its condition tells them apart. */
const ABSENT = { place: 0.5, category: -1 };

/**
 * Lists of numbers by their order, ranges by their width or its logarithm, everything else as categories.
 */
export function createEncoding({ dimensions: all }: SearchSpace): Encoding {
  const dimensions = all.filter(({ distribution }) => countValues(distribution) > 1);
  const read = createSlotReader(all);
  const places = dimensions.map((dimension) => all.indexOf(dimension));
  const columns = dimensions.map(({ distribution }) => encodeBy(distribution));
  return {
    dimensions,
    isCategory: columns.map(({ isCategory }) => isCategory),
    encode: (params) => {
      const values = read(params);
      return Float64Array.from(columns, ({ isCategory, toNumber }, at) => {
        const value = values[places[at] ?? -1];
        if (value === undefined) return isCategory ? ABSENT.category : ABSENT.place;
        return toNumber(value);
      });
    },
  };
}

function encodeBy(distribution: Distribution): {
  isCategory: boolean;
  toNumber: (value: ParameterValue) => number;
} {
  if (distribution.kind !== "categorical")
    return { isCategory: false, toNumber: createShareOf(distribution) };
  const { values } = distribution;
  const numbers = orderNumbers(values);
  const isCategory = numbers === null;
  const ordered = numbers ?? values;
  const last = isCategory ? 1 : Math.max(1, values.length - 1);
  const places = new Map(ordered.map((value, at) => [keyOfValue(value), at / last]));
  return { isCategory, toNumber: (value) => places.get(keyOfValue(value)) ?? 0 };
}
