import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Whether the long forms of the interruption tests are to run; CONTRIBUTING.md says how long they take. */
export const IS_LONG = process.env["BSWEEP_LONG_TESTS"] === "1";

/** Random choices that can be made again: the seed is printed, and BSWEEP_SEED sets it. */
export class Chance {
  readonly seed: number;
  private readonly generator;

  constructor(name: string, salt = 0) {
    this.seed = Number(process.env["BSWEEP_SEED"] ?? 20_261_127);
    if (salt === 0) console.log(`${name}: BSWEEP_SEED=${this.seed}`);
    this.generator = xoroshiro128plus(this.seed + salt * 7919);
  }

  /** A whole number, low .. high. */
  between(low: number, high: number): number {
    const width = high - low + 1;
    return low + ((this.generator.unsafeNext() >>> 0) % width);
  }

  /** True in `percent` of all cases. */
  happens(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }
}
