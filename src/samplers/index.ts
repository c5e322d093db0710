import type { Parameters, Sampler, SearchSpace } from "../core/study.ts";
import { sampleGrid } from "./grid.ts";
import { sampleRandom } from "./random.ts";

/**
 * The combinations a sampler proposes, lazily and all distinct. The same space and sampler give the
 * same sequence, everywhere and always.
 */
export function sample(space: SearchSpace, sampler: Sampler): Generator<Parameters> {
  return sampler.kind === "grid" ? sampleGrid(space) : sampleRandom(space, sampler);
}
