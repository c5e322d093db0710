import { randomFor } from "../core/random.ts";
import { isActive, orderDimensions } from "../core/space/conditions.ts";
import type { ParameterValue, Parameters, SearchSpace } from "../core/study.ts";
import { drawValue, takeDistinct } from "./draw.ts";
import { TRIALS, type Sampler } from "./sampler.ts";

/**
 * `trials` distinct combinations, or as many as a smaller space has. Every parameter has a generator of its own, so
 * neither the number of trials nor another parameter changes what is drawn for it: asking for more trials goes on
 * where fewer ended.
 */
export const random: Sampler<"trials"> = {
  describe: "`trials` of them",
  revision: 1,
  learns: false,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: (space, { seed, trials }) => takeDistinct(space, trials, createDraw(space, seed)),
};

/** Parameters in one fixed order, so that equal ones have equal JSON. */
function createDraw({ dimensions }: SearchSpace, seed: number): () => Parameters {
  const generators = new Map(
    dimensions.map(({ name }) => [name, randomFor(seed, `sampler/random/${name}`)]),
  );
  const ordered = orderDimensions(dimensions);
  return () => {
    const params: Record<string, ParameterValue> = {};
    for (const dimension of ordered) {
      const random = generators.get(dimension.name);
      if (random === undefined || !isActive(dimension, params)) continue;
      params[dimension.name] = drawValue(dimension.distribution, random);
    }
    return params;
  };
}
