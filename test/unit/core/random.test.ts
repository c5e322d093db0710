import fc from "fast-check";
import { mersenne } from "pure-rand/generator/mersenne";
import { describe, expect, test } from "vitest";
import { deriveSeed, deriveTrialSeed, randomFor, shuffle } from "../../../src/core/random.ts";

test("the generator is Mersenne Twister as numpy has it", () => {
  // numpy.random.RandomState(42).randint(0, 2**32, 3, dtype=np.uint64)
  const generator = mersenne(42);
  const drawn = [0, 1, 2].map(() => generator.next() >>> 0);
  expect(drawn).toEqual([1608637542, 3421126067, 4083286876]);
});

describe("randomFor", () => {
  const draw = (seed: number, purpose: string): number[] => {
    const random = randomFor(seed, purpose);
    return Array.from({ length: 5 }, () => random.next());
  };

  test("gives each seed and purpose its own stream, and always the same", () => {
    expect(draw(1, "split")).toEqual(draw(1, "split"));
    const streams = [
      draw(1, "split"),
      draw(1, "shuffle 1"),
      draw(1, "shuffle 2"),
      draw(2, "split"),
    ];
    expect(new Set(streams.flat()).size).toBe(20);
  });

  test("integers stay below their bound, and all are equally likely", () => {
    const random = randomFor(1, "dice");
    const counts = new Array<number>(6).fill(0);
    for (let roll = 0; roll < 60_000; roll++) {
      const face = random.nextInteger(6);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 0.9999 quantile with five degrees of freedom; the draw is fixed by its seed.
    expect(chiSquare).toBeLessThan(25.7);
    expect(counts).toHaveLength(6);
    expect(random.nextInteger(1)).toBe(0);
    expect(random.nextInteger(2 ** 32)).toBeLessThan(2 ** 32);
  });

  test("integers of more than 32 bits reach every bit, and no bound makes a draw go on for ever", () => {
    const random = randomFor(1, "wide");
    for (const below of [2 ** 32 + 1, 3 * 2 ** 51, Number.MAX_SAFE_INTEGER, 2 ** 53]) {
      const draws = Array.from({ length: 4000 }, () => random.nextInteger(below));
      expect(draws.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
      expect(Math.max(...draws)).toBeLessThan(below);
      const mean = draws.reduce((sum, value) => sum + value / below, 0) / draws.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * draws.length));
      expect(draws.some((value) => value % 2 === 1)).toBe(true);
    }
    for (const below of [0, -1, 1.5, NaN, Infinity, 2 ** 53 + 2])
      expect(() => random.nextInteger(below)).toThrow(RangeError);
  });

  test("integers of 32 bits are drawn as they always were", () => {
    const random = randomFor(1, "dice");
    const drawn = [6, 6, 6, 1000, 2 ** 31 + 1, 2 ** 32].map((below) => random.nextInteger(below));
    expect(drawn).toEqual([4, 0, 4, 799, 1_738_862_467, 2_843_857_555]);
  });

  test("real numbers are in [0, 1) and use more than 32 bits", () => {
    const random = randomFor(1, "reals");
    const numbers = Array.from({ length: 10_000 }, () => random.next());
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(numbers.some((x) => !Number.isInteger(x * 2 ** 32))).toBe(true);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * numbers.length));
  });
});

describe("shuffle", () => {
  test("keeps the values, in place", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (values, seed) => {
        const shuffled = values.slice();
        expect(shuffle(shuffled, randomFor(seed, "test"))).toBe(shuffled);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });

  test("every order of three is equally likely", () => {
    const random = randomFor(1, "orders");
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = shuffle([0, 1, 2], random).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(25.7);
  });
});

describe("seeds", () => {
  test("fit an int32 and depend on every part and its type", () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed("1"),
      deriveSeed(1, 1),
      deriveSeed([1], 1),
      deriveSeed(),
    ];
    expect(new Set(seeds).size).toBe(5);
    for (const seed of seeds) expect(seed | 0).toBe(seed);
  });

  test("a trial's seed does not depend on the order of its parameters", () => {
    const seed = deriveTrialSeed(1, { filters: 16, blocks: 2 }, 0);
    expect(deriveTrialSeed(1, { blocks: 2, filters: 16 }, 0)).toBe(seed);
    expect(deriveTrialSeed(1, { filters: 16, blocks: 2 }, 1)).not.toBe(seed);
    expect(deriveTrialSeed(2, { filters: 16, blocks: 2 }, 0)).not.toBe(seed);
    expect(deriveTrialSeed(1, { filters: 17, blocks: 2 }, 0)).not.toBe(seed);
  });
});
