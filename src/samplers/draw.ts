import { randomFor, type RandomSource, shuffle } from "../core/random.ts";
import {
  countCombinations,
  countUnconstrained,
  listCombinations,
  MOST_LISTED,
} from "../core/space/combinations.ts";
import { createConstraintTest } from "../core/space/constraints.ts";
import { countValues, valueAt } from "../core/space/values.ts";
import { scaleOf } from "./scale.ts";
import type { Distribution, Parameters, ParameterValue, SearchSpace } from "../core/study.ts";

/** Digits kept of a drawn real number: readable in tables, and the same text wherever it is written. */
const DRAWN_DIGITS = 6;
/** More are kept where a range holds fewer than 10^2 numbers of these digits: as many as make it 10^6 numbers. */
const [FEWEST_NUMBERS, ENOUGH_NUMBERS] = [2, 6];
/** No double needs more to be told from its neighbours. */
const MOST_DIGITS = 17;

/** The part of a distribution that a draw keeps to: of as many equal ones, the one at `index`, from 0. */
interface Stratum {
  readonly index: number;
  readonly of: number;
}

const WHOLE: Stratum = { index: 0, of: 1 };

/**
 * One value: uniform over a list, or by its weights, or over the steps of a range, else uniform or normal in [low, high] or in its
 * logarithm. With steps on a scale that is not uniform it is the rounding of a number between half a step below and half a step above,
 * so that the ends get their full share.
 */
export function drawValue(
  distribution: Distribution,
  random: RandomSource,
  stratum = WHOLE,
): ParameterValue {
  const share = (): number => (stratum.index + random.next()) / stratum.of;
  if (distribution.kind === "categorical")
    return distribution.weights === undefined
      ? drawIndexed(distribution, random, stratum)
      : pickByWeight(distribution.values, distribution.weights, share());
  const { low, high, step } = distribution;
  const scale = scaleOf(distribution);
  if (step === undefined)
    return clamp(Number(scale.valueAt(share()).toPrecision(digitsFor(low, high))), low, high);
  if (scale.isUniform) return drawIndexed(distribution, random, stratum);
  const index = Math.round((scale.valueAt(share()) - low) / step);
  return valueAt(distribution, clamp(index, 0, countValues(distribution) - 1));
}

function pickByWeight(
  values: readonly ParameterValue[],
  weights: readonly number[],
  share: number,
): ParameterValue {
  let left = share * weights.reduce((sum, each) => sum + each, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  const last = weights.findLastIndex((weight) => weight > 0);
  return values[found < 0 ? last : found] as ParameterValue;
}

/** Of values that can be counted: those of a stratum, which has at least one. */
function drawIndexed(
  distribution: Distribution,
  random: RandomSource,
  { index, of }: Stratum,
): ParameterValue {
  const values = countValues(distribution);
  const first = Math.floor((index * values) / of);
  const end = index + 1 === of ? values : Math.floor(((index + 1) * values) / of);
  return valueAt(distribution, first + random.nextInteger(Math.max(1, end - first)));
}

/** Digits that tell enough numbers of a range apart. */
function digitsFor(low: number, high: number): number {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const numbers = Math.log10(high - low) - Math.floor(Math.log10(largest)) + DRAWN_DIGITS - 1;
  if (numbers >= FEWEST_NUMBERS) return DRAWN_DIGITS;
  return Math.min(MOST_DIGITS, DRAWN_DIGITS + Math.ceil(ENOUGH_NUMBERS - numbers));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Draws in a row that bring nothing new, per combination known, after which a space counts as used up. */
const TRIES_PER_COMBINATION = 20;
const FEWEST_TRIES = 1000;

/** How many of `wanted` combinations there are; at most, where constraints leave an unknown part of very many. */
export function countDistinct(space: SearchSpace, wanted: number): number {
  const all = countUnconstrained(space);
  return Math.min(wanted, all > MOST_LISTED ? all : countCombinations(space));
}

/**
 * `wanted` distinct combinations that break no constraint, or as many as a smaller space has.
 * @param draw one combination, its parameters always in the same order; it is told how many were taken so far, and
 *   how many draws in a row were none that is new
 */
export function* takeDistinct(
  space: SearchSpace,
  wanted: number,
  draw: (taken: number, misses: number) => Parameters,
): Generator<Parameters> {
  const most = countDistinct(space, wanted);
  const breaks = createConstraintTest(space);
  const seen = new Set<string>();
  let misses = 0;
  while (seen.size < most && misses < FEWEST_TRIES + TRIES_PER_COMBINATION * seen.size) {
    const params = draw(seen.size, misses);
    const key = JSON.stringify(params);
    misses = seen.has(key) || breaks(params) !== null ? misses + 1 : 0;
    if (misses > 0) continue;
    seen.add(key);
    yield params;
  }
  if (seen.size < most && space.constraints.length > 0)
    yield* listRest(space, seen, most - seen.size);
}

/** What hardly any draw hits, of few that constraints leave. */
function listRest(
  space: SearchSpace,
  seen: ReadonlySet<string>,
  wanted: number,
): readonly Parameters[] {
  if (countUnconstrained(space) > MOST_LISTED) return [];
  const rest = [...listCombinations(space)].filter((params) => !seen.has(JSON.stringify(params)));
  const places = shuffle(Uint32Array.from(rest.keys()), randomFor(0, "sampler/rest"));
  return Array.from(places.subarray(0, wanted), (place) => rest[place] ?? {});
}
