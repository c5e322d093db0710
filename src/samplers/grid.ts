import { countValues, isActive, orderDimensions, valueAt } from "../core/search-space.ts";
import type { Dimension, Parameters, SearchSpace } from "../core/study.ts";

/**
 * Every combination, once: dimensions as written, the last one changing fastest. A parameter with a
 * condition is present only where the condition holds. Lazy: one combination is in memory at a time.
 */
export function sampleGrid(space: SearchSpace): Generator<Parameters> {
  return combine(orderDimensions(space), 0, {});
}

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
