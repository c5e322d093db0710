import {
  countCombinations,
  countValues,
  isActive,
  orderDimensions,
  valueAt,
} from "../core/search-space.ts";
import type { Dimension, Parameters } from "../core/study.ts";
import type { Sampler } from "./sampler.ts";

/**
 * Every combination, once: dimensions as written, the last one changing fastest. One combination is in memory at a
 * time.
 */
export const grid: Sampler<never> = {
  describe: "every combination",
  revision: 1,
  learns: false,
  takesRanges: false,
  settings: {},
  count: countCombinations,
  propose: (space) => combine(orderDimensions(space), 0, {}),
};

function* combine(
  dimensions: readonly Dimension[],
  index: number,
  chosen: Parameters,
): Generator<Parameters> {
  const dimension = dimensions[index];
  if (dimension === undefined) {
    yield chosen;
  } else if (!isActive(dimension, chosen)) {
    yield* combine(dimensions, index + 1, chosen);
  } else {
    const { name, distribution } = dimension;
    const values = countValues(distribution);
    for (let value = 0; value < values; value++) {
      yield* combine(dimensions, index + 1, { ...chosen, [name]: valueAt(distribution, value) });
    }
  }
}
