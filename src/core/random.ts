import { mersenne } from "pure-rand/generator/mersenne";
import { canonicalJson, type CanonicalText } from "./canonical-json.ts";
import { sha256 } from "./identity.ts";
import type { Parameters } from "./study.ts";

/** A stream of random numbers. Not shared between purposes. */
export interface RandomSource {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, below). @throws RangeError unless `below` is an integer 1 .. 2^53 */
  nextInteger(below: number): number;
}

/** The first 31 bits of SHA-256 over the parts as canonical JSON: fits every trainer's seed. */
export function deriveSeed(...parts: readonly unknown[]): number {
  return Number.parseInt(sha256(canonicalJson(parts)).slice(0, 8), 16) >>> 1;
}

/**
 * A trial's own seed. The epochs are left out: trials that differ in them alone begin alike. `params` are the trainer's
 * resolved parameters.
 */
export function deriveTrialSeed(
  studySeed: number,
  params: Parameters | CanonicalText,
  replicate: number,
): number {
  return deriveSeed("trial", studySeed, params, replicate);
}

/** The seed of a trial that chooses its parameters when it starts. @param place in the study's search, from 1 */
export function deriveOpenTrialSeed(studySeed: number, place: number, replicate: number): number {
  return deriveSeed("open trial", studySeed, place, replicate);
}

/** One generator for one purpose: Mersenne Twister seeded from the seed and the purpose. */
export function randomFor(seed: number, purpose: string): RandomSource {
  const generator = mersenne(deriveSeed(seed, purpose));
  const nextUint32 = (): number => generator.next() >>> 0;
  return {
    next: () => ((nextUint32() >>> 5) * 67108864 + (nextUint32() >>> 6)) / 9007199254740992,
    nextInteger: (below) => drawBelow(below, nextUint32),
  };
}

const [UINT32, UINT53] = [2 ** 32, 2 ** 53];

/** Rejection sampling: no value is more likely than another. One number of 32 bits is drawn where these are enough. */
function drawBelow(below: number, nextUint32: () => number): number {
  if (!Number.isInteger(below) || below < 1 || below > UINT53)
    throw new RangeError(`found ${below}, expected an integer 1 .. 2^53`);
  const isWide = below > UINT32;
  const last = (isWide ? UINT53 : UINT32) - below;
  for (;;) {
    const value = isWide ? (nextUint32() >>> 11) * UINT32 + nextUint32() : nextUint32();
    // Of 32 bits a quotient is exact, and sooner had than a remainder.
    const rest = isWide ? value % below : value - Math.floor(value / below) * below;
    // The last values that do not make up as many as there are below would be too many.
    if (value - rest <= last) return rest;
  }
}

/** Shuffles in place (Fisher and Yates, as Durstenfeld gives it, CACM 1964) and returns its argument. */
export function shuffle<T extends number[] | Uint8Array | Uint32Array | Int32Array | Float64Array>(
  values: T,
  random: RandomSource,
): T {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.nextInteger(last + 1);
    [values[last], values[other]] = [values[other] ?? 0, values[last] ?? 0];
  }
  return values;
}
