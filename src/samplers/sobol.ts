import { randomFor } from "../core/random.ts";
import { orderDimensions } from "../core/space/conditions.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";
import { Candidates, valueAtShare } from "./candidate.ts";
import { takeDistinct } from "./draw.ts";
import { TRIALS, type Sampler } from "./sampler.ts";
import { SOBOL_DIMENSIONS, sobolPoint } from "./sobol/sequence.ts";

const ONE = 2 ** 32;
/** Points in a row that bring no new combination, after which others are drawn at random. */
const MOST_REPEATED = 200;

/**
 * `trials` distinct combinations along Sobol's sequence, whose every stretch is spread evenly over all parameters and over
 * pairs of them. The seed shifts it by digits (Cranley and Patterson's shift in base 2: L'Ecuyer and Lemieux, 2002), which keeps it
 * as even. The sequence has 128 dimensions: parameters after these, in the order of the space, are drawn at random. More
 * trials go on where fewer ended.
 */
export const sobol: Sampler<"trials"> = {
  describe: "`trials` of them, spread evenly over all parameters together",
  revision: 1,
  learns: false,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: (space, { seed, trials }) => takeDistinct(space, trials, createDraw(space, seed)),
};

function createDraw(
  space: SearchSpace,
  seed: number,
): (taken: number, misses: number) => Parameters {
  const candidates = new Candidates(space);
  const random = randomFor(seed, "sampler/sobol/rest");
  const dimensions = Math.min(SOBOL_DIMENSIONS, orderDimensions(space.dimensions).length);
  const shifts = randomFor(seed, "sampler/sobol");
  const shift = Uint32Array.from({ length: dimensions }, () => shifts.nextInteger(ONE));
  let index = 0;
  return (_, misses) => {
    if (misses > MOST_REPEATED) return candidates.draw(random);
    const point = sobolPoint(index++, dimensions);
    return candidates.make(({ distribution }, place) => {
      const digits = ((point[place] ?? 0) ^ (shift[place] ?? 0)) >>> 0;
      return valueAtShare(distribution, place < dimensions ? digits / ONE : random.next());
    });
  };
}
