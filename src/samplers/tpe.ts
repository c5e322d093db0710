import { createSlotReader, orderDimensions } from "../core/space/conditions.ts";
import type { Parameters } from "../core/study.ts";
import { valueAtShare } from "./candidate.ts";
import { rankTargets } from "./gp/targets.ts";
import { keyOf } from "./history.ts";
import { proposeBy, type Proposer, type Scene } from "./learner.ts";
import { TRIALS, type Sampler } from "./sampler.ts";
import { createAxis } from "./tpe/axis.ts";
import { ParzenEstimator } from "./tpe/parzen.ts";

/** The best tenth counts as good, but no more than these. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** Of the others these are enough for a density: every so many-th one. */
const MOST_OTHERS = 1000;
const DRAWS = 24;

/**
 * Combinations that are likelier among the good ones than among the others, by densities over all parameters together (Bergstra et al.,
 * "Algorithms for hyper-parameter optimization", NIPS 2011; Watanabe, "Tree-structured Parzen estimator", 2023). What runs
 * counts as poor, so that it is not proposed again.
 */
export const tpe: Sampler<"trials"> = {
  describe: "`trials` of them, each chosen when it starts from where good ones are dense",
  revision: 2,
  learns: true,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose: (space, settings, history) => proposeBy(createProposer, space, settings, history),
};

function createProposer({ space, candidates, known, taken, openings, random }: Scene): Proposer {
  const dimensions = orderDimensions(space.dimensions);
  const axes = dimensions.map((dimension) =>
    createAxis(dimension, (share) => valueAtShare(dimension.distribution, share)),
  );
  const [good, others] = split(known);
  const read = createSlotReader(dimensions);
  const goodDensity = new ParzenEstimator(axes, good.map(read));
  return () => {
    const otherDensity = new ParzenEstimator(axes, others.map(read));
    const drawn = Array.from({ length: DRAWS }, () => {
      const valueOf = goodDensity.draw(random);
      return candidates.make((_, place) => valueOf(place));
    });
    const free = drawn.filter((params) => candidates.allows(params) && !taken.has(keyOf(params)));
    const scored = (free.length > 0 ? free : openings.draw(DRAWS)).map((params) => ({
      params,
      score: goodDensity.logDensity(read(params)) - otherDensity.logDensity(read(params)),
    }));
    const [best] = scored.sort((one, other) => other.score - one.score);
    if (best === undefined) return null;
    others.push(best.params);
    return best.params;
  };
}

function split(known: Scene["known"]): [Parameters[], Parameters[]] {
  const ended = known.filter(({ outcomes }) => outcomes.length > 0);
  const targets = rankTargets(ended);
  const ranked = ended
    .map(({ params }, at) => ({ params, value: targets[at]?.value ?? 0 }))
    .sort((one, other) => one.value - other.value)
    .map(({ params }) => params);
  const count = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * ended.length));
  const rest = ranked.slice(count);
  const step = Math.ceil(rest.length / MOST_OTHERS);
  const running = known.filter(({ outcomes }) => outcomes.length === 0);
  const others = [
    ...rest.filter((_, at) => at % step === 0),
    ...running.map(({ params }) => params),
  ];
  return [ranked.slice(0, count), others];
}
