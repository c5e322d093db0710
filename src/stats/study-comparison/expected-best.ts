import { randomFor, type RandomSource, shuffle } from "../../core/random.ts";
import { type Interval, quantile, sortNumbers } from "../moments.ts";

/** One set of parameters that was tried, all its replicates together. */
export interface Draw {
  /** In any unit; at least 0. */
  readonly cost: number;
  /** Higher is better; null where nothing came of it. */
  readonly score: number | null;
}

/** A number, and a band around it. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** Two studies after equal cost. */
export interface EqualCost {
  /** What each may spend. */
  readonly budget: number;
  /** Expected best of each, in 95 of 100 bootstraps within the band; null below the cost of one draw. */
  readonly a: Estimate | null;
  readonly b: Estimate | null;
  /**
   * From a to b: above 0 b is better. Chance alone reaches so far from the value as the band does in 5 of 100 permutations:
   * they differ where 0 lies outside. Null where one is.
   */
  readonly difference: Estimate | null;
}

const BOOTSTRAPS = 400;
const PERMUTATIONS = 399;
/** Of what the cheaper study spent in all. */
const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/**
 * The best that is to be expected of each of two studies after equal cost, had its trials been drawn one after another, at
 * random, from those that it ran: the expected validation performance of Dodge et al. ("Show your work", EMNLP 2019), by
 * cost instead of by count, where draws that came to nothing cost too. Each one's band is a bootstrap's over its draws.
 * Such bands are too narrow for the difference of two maxima (at the largest budget they find one between equal studies in
 * 13 of 100, not in 5), so that is held against permutations of the draws between the two, which is exact.
 * @returns ascending by budget; none where one of them has nothing to show, or nothing cost anything
 */
export function compareAtEqualCost(a: readonly Draw[], b: readonly Draw[]): readonly EqualCost[] {
  const isEmpty = [a, b].some((draws) => draws.every(({ score }) => score === null));
  const most = Math.min(sumCost(a), sumCost(b));
  if (isEmpty || !(most > 0) || !Number.isFinite(most)) return [];
  const random = randomFor(0, "comparison");
  const budgets = SHARES.map((share) => share * most);
  const [ofA, ofB] = [a, b].map((draws) => bootstrap(draws, budgets, random));
  const limits = permute(a, b, random);
  return budgets.map((budget, place) => {
    const [left, right, limit] = [ofA?.[place] ?? null, ofB?.[place] ?? null, limits[place]];
    const value = (right?.value ?? NaN) - (left?.value ?? NaN);
    const isKnown = !Number.isNaN(value) && limit != null;
    const difference = isKnown ? { value, low: value - limit, high: value + limit } : null;
    return { budget, a: left, b: right, difference };
  });
}

/** Cost, of all draws. */
export function sumCost(draws: readonly Draw[]): number {
  return draws.reduce((sum, { cost }) => sum + cost, 0);
}

/** The expected best of a study for each budget. */
function bootstrap(
  draws: readonly Draw[],
  budgets: readonly number[],
  random: RandomSource,
): readonly (Estimate | null)[] {
  const sorted = new SortedDraws(draws);
  const { length } = draws;
  const own = sorted.expect(new Uint32Array(length).fill(1), budgets);
  const resampled = Array.from({ length: BOOTSTRAPS }, () => {
    const counts = new Uint32Array(length);
    for (let drawn = 0; drawn < length; drawn++) {
      const place = random.nextInteger(length);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return sorted.expect(counts, budgets);
  });
  return own.map((value, place) => {
    // A resample may hold nothing, or only what is dearer than the budget.
    const known = sortNumbers(resampled.flatMap((each) => each[place] ?? []));
    if (value === null || known.length === 0) return null;
    return { value, low: quantile(known, 0.025), high: quantile(known, 0.975) };
  });
}

/**
 * How far apart two studies are by chance, for each share: 95 of 100 permutations of all draws between them are nearer.
 * Everything is done with them as with the two themselves, the choice of budgets included.
 */
function permute(
  a: readonly Draw[],
  b: readonly Draw[],
  random: RandomSource,
): readonly (number | null)[] {
  const all = new SortedDraws([...a, ...b]);
  const right = new Uint32Array(a.length + b.length).fill(1, a.length);
  const left = new Uint32Array(right.length);
  const distances = Array.from({ length: PERMUTATIONS }, () => {
    shuffle(right, random);
    for (let place = 0; place < left.length; place++) left[place] = 1 - (right[place] ?? 0);
    const most = Math.min(all.cost(left), all.cost(right));
    const budgets = SHARES.map((share) => share * most);
    const [ofLeft, ofRight] = [all.expect(left, budgets), all.expect(right, budgets)];
    return budgets.map((_, place) => {
      const [one, other] = [ofLeft[place] ?? null, ofRight[place] ?? null];
      return one === null || other === null ? null : Math.abs(other - one);
    });
  });
  return SHARES.map((_, place) => {
    const known = sortNumbers(distances.flatMap((each) => each[place] ?? []));
    return known.length === 0 ? null : (known[Math.ceil(0.95 * (known.length + 1)) - 1] ?? null);
  });
}

/** Below this the rest of a sum adds nothing that is seen. */
const NEGLIGIBLE = 1e-12;

/** Draws of which some are taken, each so many times. */
class SortedDraws {
  readonly #costs: Float64Array;
  /** Of the first draws; those after them have none. */
  readonly #scores: Float64Array;

  constructor(draws: readonly Draw[]) {
    // The best first, those without a score last: the order in which they came means nothing.
    const sorted = [...draws].sort(
      (one, other) =>
        compareScores(one.score ?? -Infinity, other.score ?? -Infinity) || one.cost - other.cost,
    );
    this.#costs = Float64Array.from(sorted, ({ cost }) => cost);
    this.#scores = Float64Array.from(sorted.flatMap(({ score }) => score ?? []));
  }

  cost(counts: Uint32Array): number {
    let sum = 0;
    for (let place = 0; place < counts.length; place++)
      sum += (this.#costs[place] ?? 0) * (counts[place] ?? 0);
    return sum;
  }

  /** The expected best after each budget; null below the cost of one draw. */
  expect(counts: Uint32Array, budgets: readonly number[]): readonly (number | null)[] {
    let total = 0;
    for (const count of counts) total += count;
    const cost = this.cost(counts);
    return budgets.map((budget) => {
      const draws = (budget * total) / cost;
      return draws >= 1 - NEGLIGIBLE ? this.#expectBest(counts, total, draws) : null;
    });
  }

  /**
   * Of so many draws, given that one of them has a score: the sum over scores of score times the probability that it is
   * the best, P(all <= score) - P(all < score), from the best down.
   */
  #expectBest(counts: Uint32Array, total: number, draws: number): number | null {
    let left = total;
    let above = 1;
    let sum = 0;
    let mass = 0;
    for (let place = 0; place < this.#scores.length && above >= NEGLIGIBLE; place++) {
      const count = counts[place] ?? 0;
      if (count === 0) continue;
      left -= count;
      const below = (left / total) ** draws;
      sum += (this.#scores[place] ?? 0) * (above - below);
      mass += above - below;
      above = below;
    }
    return mass > 0 ? sum / mass : null;
  }
}

/** Descending; two that are infinite are equal. */
function compareScores(one: number, other: number): number {
  return one === other ? 0 : other - one;
}
