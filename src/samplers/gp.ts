import { randomFor, type RandomSource } from "../core/random.ts";
import { countCombinations } from "../core/search-space.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";
import { Candidates } from "./candidate.ts";
import { logExpectedImprovement } from "./gp/acquisition.ts";
import { createEncoding, type Encoding, type Point } from "./gp/encoding.ts";
import { fit } from "./gp/fit.ts";
import { GaussianProcess } from "./gp/gaussian-process.ts";
import { findBest } from "./gp/search.ts";
import { rankTargets } from "./gp/targets.ts";
import { grid } from "./grid.ts";
import { keyOf, readHistory, type Known } from "./history.ts";
import { TRIALS, type History, type Sampler, type SamplerKeys } from "./sampler.ts";
import { spreadFrom } from "./spread.ts";

/** Combinations with an outcome, before which nothing is modelled. */
const FEWEST_KNOWN = 10;
const PROMISING = 4;

export const gp: Sampler<"trials"> = {
  describe: "`trials` of them, by a Gaussian process of what is known",
  learns: true,
  takesRanges: true,
  settings: TRIALS,
  count: (_, { trials }) => trials,
  propose,
};

function* propose(
  space: SearchSpace,
  { seed, trials }: SamplerKeys<"trials">,
  history: History,
): Generator<Parameters> {
  const candidates = new Candidates(space);
  const random = randomFor(seed, "sampler/gp");
  const encoding = createEncoding(space);
  const known = readHistory(space, history, candidates);
  const taken = new Set(known.keys());
  const choose = createChooser(encoding, candidates, [...known.values()], trials, random);
  for (let proposed = 0; proposed < trials; proposed++) {
    const params = choose(taken);
    if (params === null) return;
    taken.add(keyOf(params));
    yield params;
  }
}

function createChooser(
  encoding: Encoding,
  candidates: Candidates,
  known: readonly Known[],
  trials: number,
  random: RandomSource,
): (taken: ReadonlySet<string>) => Parameters | null {
  const ended = known.filter(({ outcomes }) => outcomes.length > 0);
  const running = known.filter(({ outcomes }) => outcomes.length === 0);
  const points = known.map(({ params }) => encoding.encode(params));
  if (ended.length < FEWEST_KNOWN) {
    return (taken) => {
      const params = spreadFrom(points, encoding, candidates, taken, random);
      if (params !== null) points.push(encoding.encode(params));
      return params;
    };
  }
  const sample = {
    isCategory: encoding.isCategory,
    points: ended.map(({ params }) => encoding.encode(params)),
    targets: rankTargets(ended),
  };
  const model = new GaussianProcess(sample, fit(sample), running.length + trials);
  const means = new Map(
    ended.map(({ params }, at) => [params, model.predictMean(sample.points[at] ?? new Float64Array())]),
  );
  const suppose = (params: Parameters): void => {
    const point = encoding.encode(params);
    means.set(params, model.predictMean(point));
    model.suppose(point);
  };
  for (const { params } of running) suppose(params);
  return (taken) => {
    const ranked = [...means].sort((one, other) => one[1] - other[1]);
    const best = ranked[0]?.[1] ?? 0;
    const promising = ranked.slice(0, PROMISING).map(([params]) => params);
    const found = findBest({ candidates, promising, taken, random }, (params) =>
      logExpectedImprovement(model.predict(encoding.encode(params)), best),
    );
    if (found !== null) suppose(found);
    return found;
  };
}
