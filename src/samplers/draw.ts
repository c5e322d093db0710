import type { RandomSource } from "../core/random.ts";
import { countCombinations, countValues, valueAt } from "../core/search-space.ts";
import type { Distribution, Parameters, ParameterValue, SearchSpace } from "../core/study.ts";

/** Digits kept of a drawn real number: readable in tables, and the same text wherever it is written. */
const DRAWN_DIGITS = 6;
/** More are kept where a range holds fewer than 10^2 numbers of these digits: as many as make it 10^6 numbers. */
const [FEWEST_NUMBERS, ENOUGH_NUMBERS] = [2, 6];
/** No double needs more to be told from its neighbours. */
const MOST_DIGITS = 17;
/** Below this, `high` / `low` - 1 is lost in the rounding of the ends' logarithms. */
const NARROW_RATIO = 1e-9;

/** The part of a distribution that a draw keeps to: of as many equal ones, the one at `index`, from 0. */
interface Stratum {
  readonly index: number;
  readonly of: number;
}

const WHOLE: Stratum = { index: 0, of: 1 };

/**
 * One value: uniform over a list or over the steps of a range, else uniform in [low, high] or in its
 * logarithm. An integer on a logarithmic scale is the rounding of a real one in [low - 1/2, high + 1/2],
 * so that the ends get their full share.
 */
export function drawValue(
  distribution: Distribution,
  random: RandomSource,
  stratum = WHOLE,
): ParameterValue {
  if (distribution.kind === "categorical") return drawIndexed(distribution, random, stratum);
  const { kind, low, high, log, step } = distribution;
  if (step !== undefined && !log) return drawIndexed(distribution, random, stratum);
  const share = (stratum.index + random.next()) / stratum.of;
  if (kind === "integer") {
    return clamp(Math.round(interpolateLog(low - 0.5, high + 0.5, share)), low, high);
  }
  const value = log ? interpolateLog(low, high, share) : low + share * (high - low);
  return clamp(Number(value.toPrecision(digitsFor(low, high))), low, high);
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

/** From `low` at 0 to `high` at 1, evenly in the logarithm. */
function interpolateLog(low: number, high: number, share: number): number {
  const ratio = (high - low) / low;
  if (ratio < NARROW_RATIO) return low + low * Math.expm1(share * Math.log1p(ratio));
  return Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)));
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
