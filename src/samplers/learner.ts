import { randomFor, type RandomSource } from "../core/random.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";
import { Candidates } from "./candidate.ts";
import { createEncoding } from "./gp/encoding.ts";
import { keyOf, readHistory, type Known } from "./history.ts";
import { Openings } from "./openings.ts";
import type { History, SamplerKeys } from "./sampler.ts";
import { spreadFrom } from "./spread.ts";

/** Combinations with an outcome, before which nothing is modelled. */
export const FEWEST_ENDED = 10;

/** What a sampler that learns goes by. */
export interface Scene {
  readonly space: SearchSpace;
  readonly candidates: Candidates;
  /** In the order in which they came, at least ten of them with an outcome. */
  readonly known: readonly Known[];
  /** Keys of what is known or was proposed. */
  readonly taken: ReadonlySet<string>;
  readonly openings: Openings;
  readonly random: RandomSource;
}

/** Gives one combination after another, each as if those before it were running; null once nothing is left. */
export type Proposer = () => Parameters | null;

/**
 * Proposes by a model of what is known; until ten combinations have an outcome, such as are far from one another. The
 * history's `params` hold the space's parameters and no other: rows of anything else are left out.
 */
export function* proposeBy(
  model: (scene: Scene) => Proposer,
  space: SearchSpace,
  { seed, trials }: SamplerKeys<"trials">,
  history: History,
): Generator<Parameters> {
  const candidates = new Candidates(space);
  const known = [...readHistory(space, history, candidates).values()];
  const taken = new Set(known.map(({ key }) => key));
  const random = randomFor(seed, "sampler/learner");
  const openings = new Openings(space, candidates, taken, random);
  const scene = { space, candidates, known, taken, openings, random };
  const propose = isModelled(known) ? model(scene) : spread(scene);
  for (let proposed = 0; proposed < trials; proposed++) {
    const params = propose();
    if (params === null) return;
    taken.add(keyOf(params));
    yield params;
  }
}

/** Whether enough is known for a model: before, proposals lie far from one another. */
export function isModelled(known: readonly Known[]): boolean {
  return known.filter(({ outcomes }) => outcomes.length > 0).length >= FEWEST_ENDED;
}

function spread({ space, known, openings }: Scene): Proposer {
  const encoding = createEncoding(space);
  const points = known.map(({ params }) => encoding.encode(params));
  return () => {
    const params = spreadFrom(points, encoding, openings);
    if (params !== null) points.push(encoding.encode(params));
    return params;
  };
}
