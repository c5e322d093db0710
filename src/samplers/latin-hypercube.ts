import { randomFor, shuffle } from "../core/random.ts";
import { isActive, orderDimensions } from "../core/space/conditions.ts";
import type { Parameters, ParameterValue, SearchSpace } from "../core/study.ts";
import { countDistinct, drawValue, takeDistinct } from "./draw.ts";
import { TRIALS, type Sampler, type SamplerKeys } from "./sampler.ts";

/** Times that a combination which was there already trades a value with a later one. */
const MAX_TRADES = 100;

/**
 * `trials` distinct combinations that spread evenly over each parameter alone: a range, or its logarithm, is cut into
 * as many equal parts as there are trials, each taken once; each value of a list is taken equally often, or once more
 * (McKay, Beckman and Conover, Technometrics 21, 1979). A parameter with a condition is spread over all trials and
 * left out of those in which the condition fails. Lists may leave no distinct combinations so spread: then a plain
 * draw takes the place. Another number of trials cuts other parts, so all that is proposed is new.
 */
export const latinHypercube: Sampler<"trials"> = {
  describe: "`trials` of them, spread evenly over each parameter",
  revision: 1,
  learns: false,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: proposeSpread,
};

function* proposeSpread(
  space: SearchSpace,
  { seed, trials }: SamplerKeys<"trials">,
): Generator<Parameters> {
  const of = countDistinct(space, trials);
  const trades = randomFor(seed, "sampler/latin-hypercube");
  const columns = orderDimensions(space.dimensions).map((dimension) => {
    const random = randomFor(seed, `sampler/latin-hypercube/${dimension.name}`);
    return { dimension, random, strata: shuffle(Uint32Array.from(Array(of).keys()), random) };
  });
  yield* takeDistinct(space, of, (row, misses) => {
    if (misses > 0) {
      const column = columns[trades.nextInteger(columns.length)];
      if (column !== undefined) trade(column.strata, row, row + trades.nextInteger(of - row));
    }
    const params: Record<string, ParameterValue> = {};
    for (const { dimension, random, strata } of columns) {
      const stratum = misses > MAX_TRADES ? undefined : { index: strata[row] ?? 0, of };
      const value = drawValue(dimension.distribution, random, stratum);
      if (isActive(dimension, params)) params[dimension.name] = value;
    }
    return params;
  });
}

function trade(strata: Uint32Array, one: number, other: number): void {
  [strata[one], strata[other]] = [strata[other] ?? 0, strata[one] ?? 0];
}
