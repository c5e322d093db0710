import type { SearchSpace } from "../../core/study.ts";
import { Candidates } from "../candidate.ts";
import { createSpaceTest, type Known, readHistory } from "../history.ts";
import type { History } from "../sampler.ts";
import type { Surrogate } from "../surrogate.ts";
import { createEncoding, type Encoding, type Point } from "./encoding.ts";
import { fit } from "./fit.ts";
import { GaussianProcess } from "./gaussian-process.ts";
import type { Hyperparameters } from "./kernel.ts";
import { thinSample } from "./sample.ts";
import { createLossScale, rankTargets } from "./targets.ts";

/** Points that the model sees: time grows with the cube of their number. */
const MOST_MODELLED = 250;

interface Modelled {
  readonly process: GaussianProcess;
  readonly hyperparameters: Hyperparameters;
  /** Points that it is given. */
  readonly size: number;
  /** All that have an outcome, and where they stand. */
  readonly ended: readonly Known[];
  readonly points: readonly Point[];
}

/** Fits the model to what has ended. @param known with outcomes, some of them at the least */
export function modelKnown(encoding: Encoding, known: readonly Known[]): Modelled {
  const ended = known.filter(({ outcomes }) => outcomes.length > 0);
  const points = ended.map(({ params }) => encoding.encode(params));
  const { isCategory } = encoding;
  const all = { isCategory, points, targets: rankTargets(ended) };
  const sample = thinSample(all, MOST_MODELLED, MOST_MODELLED / 2);
  const hyperparameters = fit(sample);
  const process = new GaussianProcess(sample, hyperparameters);
  return { process, hyperparameters, size: sample.points.length, ended, points };
}

/** The same for people. @param history with outcomes */
export function describeModel(space: SearchSpace, history: History): Surrogate {
  const known = [...readHistory(space, history, new Candidates(space)).values()];
  const encoding = createEncoding(space);
  const { process, hyperparameters, size, ended } = modelKnown(encoding, known);
  const { lengths, variance, noise } = hyperparameters;
  const lossOf = createLossScale(ended);
  const isOfSpace = createSpaceTest(space);
  return {
    ...{ fitted: size, variance, noise },
    lengths: shortestLengths(encoding, lengths),
    predict: (params) => {
      if (!isOfSpace(params)) return null;
      const { mean, variance: uncertain } = process.predict(encoding.encode(params));
      const deviation = Math.sqrt(uncertain);
      const [low, loss, high] = [mean - deviation, mean, mean + deviation].map(lossOf);
      return { mean, deviation, loss: loss ?? NaN, low: low ?? NaN, high: high ?? NaN };
    },
  };
}

/** By parameter: of several dimensions of one name the shortest one. */
function shortestLengths(
  { dimensions }: Encoding,
  lengths: ArrayLike<number>,
): ReadonlyMap<string, number> {
  const shortest = new Map<string, number>();
  for (const [at, { name }] of dimensions.entries())
    shortest.set(name, Math.min(shortest.get(name) ?? Infinity, lengths[at] ?? NaN));
  return shortest;
}
