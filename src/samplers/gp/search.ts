import type { RandomSource } from "../../core/random.ts";
import type { Parameters } from "../../core/study.ts";
import type { Candidates } from "../candidate.ts";
import { keyOf } from "../history.ts";
import type { Openings } from "../openings.ts";

/** Combinations drawn at random before anything is looked around. */
const DRAWS = 120;
/** How many are gone uphill from, and how far. */
const CLIMBS = 3;
const MOST_STEPS = 8;

interface Scored {
  readonly params: Parameters;
  readonly score: number;
}

/** Where a search looks. */
export interface Ground {
  readonly candidates: Candidates;
  readonly openings: Openings;
  /** Combinations that are good as far as is known: their neighbours are looked at. */
  readonly promising: readonly Parameters[];
  /** What may not be found, by key. */
  readonly taken: ReadonlySet<string>;
  readonly random: RandomSource;
}

/**
 * The best combination that is free, by random draws, what lies around promising ones, and steps uphill.
 * @returns null where nothing is left
 */
export function findBest(
  { candidates, openings, promising, taken, random }: Ground,
  score: (params: Parameters) => number,
): Parameters | null {
  const seen = new Set(taken);
  const look = (each: Iterable<Parameters>): Scored[] => {
    const found: Scored[] = [];
    for (const params of each) {
      const key = keyOf(params);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({ params, score: score(params) });
    }
    return found.sort((one, other) => other.score - one.score);
  };
  const drawn = openings.draw(DRAWS);
  if (drawn.length === 0) return null;
  const near = promising.flatMap((params) => candidates.around(params, random));
  const tops = look([...drawn, ...near]).slice(0, CLIMBS);
  const ends = tops.map((top) => {
    let best = top;
    for (let step = 0; step < MOST_STEPS; step++) {
      const [next] = look(candidates.around(best.params, random));
      if (next === undefined || next.score <= best.score) break;
      best = next;
    }
    return best;
  });
  return ends.sort((one, other) => other.score - one.score)[0]?.params ?? null;
}
