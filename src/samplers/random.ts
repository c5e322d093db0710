import { randomFor } from "../core/random.ts";
import { isActive, orderDimensions } from "../core/search-space.ts";
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
function createDraw(space: SearchSpace, seed: number): () => Parameters {
  const sources = orderDimensions(space).map((dimension) => ({
    dimension,
    random: randomFor(seed, `sampler/random/${dimension.name}`),
  }));
  return () => {
    const params: Record<string, ParameterValue> = {};
    for (const { dimension, random } of sources) {
      if (!isActive(dimension, params)) continue;
      params[dimension.name] = drawValue(dimension.distribution, random);
    }
    return params;
  };
}
