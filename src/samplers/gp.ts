import { randomFor } from "../core/random.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";
import { Candidates } from "./candidate.ts";
import { createEncoding } from "./gp/encoding.ts";
import { Proposer } from "./gp/proposer.ts";
import { keyOf, readHistory } from "./history.ts";
import { Openings } from "./openings.ts";
import { TRIALS, type History, type Sampler, type SamplerKeys } from "./sampler.ts";
import { spreadFrom } from "./spread.ts";

/** Combinations with an outcome, before which nothing is modelled. */
const FEWEST_KNOWN = 10;

/**
 * Combinations that a Gaussian process of what is known expects to be better than all of them, best first (Jones, Schonlau and
 * Welch, "Efficient global optimization", 1998). Until ten have an outcome, combinations far from one another.
 */
export const gp: Sampler<"trials"> = {
  describe: "`trials` of them, each chosen by a Gaussian process of what is known when it starts",
  revision: 1,
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
  const known = [...readHistory(space, history, candidates).values()];
  const taken = new Set(known.map(({ key }) => key));
  const random = randomFor(seed, "sampler/gp");
  const openings = new Openings(space, candidates, taken, random);
  const encoding = createEncoding(space);
  const ground = { candidates, openings, taken, random };
  const choose = (): (() => Parameters | null) => {
    if (known.filter(({ outcomes }) => outcomes.length > 0).length >= FEWEST_KNOWN) {
      const proposer = new Proposer(encoding, known);
      return () => proposer.propose(ground);
    }
    const points = known.map(({ params }) => encoding.encode(params));
    return () => {
      const params = spreadFrom(points, encoding, openings);
      if (params !== null) points.push(encoding.encode(params));
      return params;
    };
  };
  const next = choose();
  for (let proposed = 0; proposed < trials; proposed++) {
    const params = next();
    if (params === null) return;
    taken.add(keyOf(params));
    yield params;
  }
}
