import type { RandomSource } from "../core/random.ts";
import { shuffle } from "../core/random.ts";
import { countUnconstrained, listCombinations, MOST_LISTED } from "../core/space/combinations.ts";
import type { Parameters, SearchSpace } from "../core/study.ts";
import type { Candidates } from "./candidate.ts";
import { keyOf } from "./history.ts";

/** A space of fewer combinations than these, or than a few times as many as are taken, is listed. */
const FEW = 2000;
const FEW_TIMES = 4;
/** Draws in a row that are all taken, after which drawing is given up. */
const MOST_MISSES = 5000;

/** What is left of a space while more and more of it is taken. */
export class Openings {
  readonly #space: SearchSpace;
  readonly #candidates: Candidates;
  readonly #taken: ReadonlySet<string>;
  readonly #random: RandomSource;
  readonly #combinations: number;
  #listed: Parameters[] | null = null;

  /** @param taken keys of what is taken; it may grow meanwhile */
  constructor(
    space: SearchSpace,
    candidates: Candidates,
    taken: ReadonlySet<string>,
    random: RandomSource,
  ) {
    this.#space = space;
    this.#candidates = candidates;
    this.#taken = taken;
    this.#random = random;
    this.#combinations = countUnconstrained(space);
    if (this.#combinations <= Math.max(FEW, FEW_TIMES * taken.size)) this.#list();
  }

  /** Combinations that are free, drawn at random, `count` of them or fewer; none once nothing is left. */
  draw(count: number): Parameters[] {
    if (this.#listed !== null) return this.#drawListed(count);
    const drawn = Array.from({ length: count }, () => this.#candidates.draw(this.#random));
    const found = drawn.filter((params) => this.#isFree(params));
    return found.length > 0 ? found : this.#search(count);
  }

  /** Draws favour what few conditions lead to: the rest may be all that is left. */
  #search(count: number): Parameters[] {
    if (this.#combinations <= MOST_LISTED) {
      this.#list();
      return this.#drawListed(count);
    }
    for (let miss = 0; miss < MOST_MISSES; miss++) {
      const params = this.#candidates.draw(this.#random);
      if (this.#isFree(params)) return [params];
    }
    return [];
  }

  #isFree(params: Parameters): boolean {
    return !this.#taken.has(keyOf(params)) && this.#candidates.allows(params);
  }

  #list(): void {
    this.#listed = [...listCombinations(this.#space)];
  }

  #drawListed(count: number): Parameters[] {
    const free = (this.#listed ?? []).filter((params) => !this.#taken.has(keyOf(params)));
    this.#listed = free;
    if (free.length <= count) return free;
    const places = shuffle(Uint32Array.from(free.keys()), this.#random).subarray(0, count);
    return Array.from(places, (place) => free[place] ?? {});
  }
}
