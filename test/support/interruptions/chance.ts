import { randomFor } from "../../../src/core/random.ts";

/** Whether the long forms of these tests run (BSWEEP_LONG_TESTS=1). */
export const IS_LONG = process.env["BSWEEP_LONG_TESTS"] === "1";

/** Random choices that can be made again: BSWEEP_SEED sets the seed, and it is printed. */
export interface Chance {
  /** A whole number, low .. high. */
  between(low: number, high: number): number;
  /** True in `percent` of all cases. */
  happens(percent: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

const seed = Number(process.env["BSWEEP_SEED"] ?? 1);

/** Says how to make the same choices again. */
export function printSeed(what: string): void {
  console.log(`${what}: BSWEEP_SEED=${seed}${IS_LONG ? " BSWEEP_LONG_TESTS=1" : ""}`);
}

/** @param purpose the same choices for the same purpose and seed */
export function chanceFor(purpose: string): Chance {
  const random = randomFor(seed, purpose);
  const between = (low: number, high: number): number => low + random.nextInteger(high - low + 1);
  return {
    between,
    happens: (percent) => between(1, 100) <= percent,
    pick: (choices) => choices[random.nextInteger(choices.length)] ?? choices[0],
  };
}
