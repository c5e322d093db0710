import type { Parameters, SamplerSpec, SearchSpace } from "../core/study.ts";
import { auto } from "./auto.ts";
import { gp } from "./gp.ts";
import { grid } from "./grid.ts";
import { latinHypercube } from "./latin-hypercube.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { random } from "./random.ts";
import type { History, Sampler } from "./sampler.ts";
import { sobol } from "./sobol.ts";
import { tpe } from "./tpe.ts";

/** `sampler.kind` -> how it proposes, and what it takes: the study file's schema and checks are made from this. */
export const SAMPLERS: Readonly<Record<string, Sampler>> = {
  grid,
  random,
  "one-at-a-time": oneAtATime,
  "latin-hypercube": latinHypercube,
  sobol,
  gp,
  tpe,
  auto,
};

/** What the study's sampler proposes after `history`; see `Sampler.propose`. @throws TypeError for an unknown kind */
export function propose(
  space: SearchSpace,
  spec: SamplerSpec,
  history: History,
): Iterable<Parameters> {
  return samplerOf(spec).propose(space, { ...spec.settings, seed: spec.seed }, history);
}

/** How many combinations the study asks for; Infinity for what has no end. @throws TypeError for an unknown kind */
export function countAsked(space: SearchSpace, spec: SamplerSpec): number {
  return samplerOf(spec).count(space, { ...spec.settings, seed: spec.seed });
}

/** Whether trials choose their parameters when they start, by what is known then. @throws TypeError for an unknown kind */
export function isLateBound(spec: SamplerSpec): boolean {
  return samplerOf(spec).learns;
}

function samplerOf({ kind }: SamplerSpec): Sampler {
  const sampler = SAMPLERS[kind];
  if (sampler === undefined) throw new TypeError(`the schema let an unknown sampler pass: ${kind}`);
  return sampler;
}
