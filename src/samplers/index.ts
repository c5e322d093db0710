import type { Parameters, Sampler, SearchSpace } from "../core/study.ts";
import { sampleGrid } from "./grid.ts";
import { sampleOneAtATime } from "./one-at-a-time.ts";
import { sampleRandom } from "./random.ts";

/**
 * The combinations a sampler proposes, lazily and all distinct. The same space and sampler give the
 * same sequence, everywhere and always.
 */
export function sample(space: SearchSpace, sampler: Sampler): Generator<Parameters> {
  switch (sampler.kind) {
    case "grid":
      return sampleGrid(space);
    case "one-at-a-time":
      return sampleOneAtATime(space);
    case "random":
      return sampleRandom(space, sampler);
  }
}
