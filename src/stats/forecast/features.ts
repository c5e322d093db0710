import { createSlotReader } from "../../core/space/conditions.ts";
import type { Parameters, SearchSpace } from "../../core/study.ts";
import { createEncoding } from "../../samplers/gp/encoding.ts";

/** Farther out than this a value of another search space says nothing more. */
const MOST = 1;
/** Of a longer list of words, trials are too few to tell what each does. */
const MOST_WORDS = 12;

/**
 * Parameters as numbers of a straight line: for each range and list of numbers its place from -1/2 to 1/2, and the square of that;
 * for any other list that is not long one number a value, 1 or 0; whether a parameter with a condition is there.
 */
export function createFeatures(space: SearchSpace): (params: Parameters) => number[] {
  const { dimensions, isCategory, encode } = createEncoding(space);
  const read = createSlotReader(dimensions);
  return (params) => {
    const [point, values] = [encode(params), read(params)];
    return dimensions.flatMap(({ distribution, when }, at) => {
      const value = point[at] ?? 0;
      const isThere = when === undefined ? [] : [Number(values[at] !== undefined)];
      if (isCategory[at] === true && distribution.kind === "categorical") {
        const { values } = distribution;
        if (values.length > MOST_WORDS) return isThere;
        return [...isThere, ...values.map((_, place) => Number(place === value))];
      }
      const place = Number.isFinite(value) ? Math.max(-MOST, Math.min(MOST, value - 0.5)) : 0;
      return [...isThere, place, place ** 2];
    });
  };
}
