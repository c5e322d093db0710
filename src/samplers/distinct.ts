import { countCombinations } from "../core/search-space.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";

/** Draws in a row that bring nothing new, per combination known, after which a space counts as used up. */
const TRIES_PER_COMBINATION = 20;
const FEWEST_TRIES = 1000;

/**
 * `wanted` distinct combinations, or as many as a smaller space has.
 * @param draw one combination, its parameters always in the same order; it is told how many were taken so far, and
 *   how many draws in a row were none that is new
 */
export function* takeDistinct(
  space: SearchSpace,
  wanted: number,
  draw: (taken: number, misses: number) => Parameters,
): Generator<Parameters> {
  const most = Math.min(wanted, countCombinations(space));
  const seen = new Set<string>();
  let misses = 0;
  while (seen.size < most && misses < FEWEST_TRIES + TRIES_PER_COMBINATION * seen.size) {
    const params = draw(seen.size, misses);
    const key = JSON.stringify(params);
    misses = seen.has(key) ? misses + 1 : 0;
    if (misses > 0) continue;
    seen.add(key);
    yield params;
  }
}
