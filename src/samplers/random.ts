import { randomFor } from "../core/random.ts";
import { countCombinations, isActive, orderDimensions } from "../core/search-space.ts";
import type { ParameterValue, Parameters, SearchSpace } from "../core/study.ts";
import { drawValue } from "./draw.ts";

/** Draws in a row that bring nothing new, per combination known, after which a space counts as used up. */
const TRIES_PER_COMBINATION = 20;
const FEWEST_TRIES = 1000;

/**
 * `trials` distinct combinations, or as many as a smaller space has. Every parameter has a generator
 * of its own, so neither the number of trials nor another parameter changes what is drawn for it:
 * asking for more trials goes on where fewer ended.
 */
export function* sampleRandom(
  space: SearchSpace,
  { seed, trials }: { readonly seed: number; readonly trials: number },
): Generator<Parameters> {
  const draw = createDraw(space, seed);
  const wanted = Math.min(trials, countCombinations(space));
  const seen = new Set<string>();
  let misses = 0;
  while (seen.size < wanted && misses < FEWEST_TRIES + TRIES_PER_COMBINATION * seen.size) {
    const params = draw();
    const key = JSON.stringify(params);
    misses = seen.has(key) ? misses + 1 : 0;
    if (misses > 0) continue;
    seen.add(key);
    yield params;
  }
}

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
