import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { randomFor } from "../../../src/core/random.ts";
import { countCombinations } from "../../../src/core/space/combinations.ts";
import type { Distribution, SearchSpace } from "../../../src/core/study.ts";
import { drawValue } from "../../../src/samplers/draw.ts";
import { random } from "../../../src/samplers/random.ts";
import { finiteSpaces } from "../../support/spaces.ts";

const SPACE: SearchSpace = spaceOf([
  { name: "learningRate", distribution: { kind: "real", low: 1e-4, high: 0.1, log: true } },
  { name: "optimizer", distribution: { kind: "categorical", values: ["adam", "sgd"] } },
  {
    name: "momentum",
    distribution: { kind: "real", low: 0.5, high: 0.99, log: false },
    when: { optimizer: { oneOf: ["sgd"] } },
  },
  { name: "filters", distribution: { kind: "integer", low: 1, high: 512, log: true, step: 1 } },
]);

const sampleRandom = (space: SearchSpace, settings: { seed: number; trials: number }) =>
  random.propose(space, settings, []);
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

function drawMany(distribution: Distribution, count: number, seed = 1): number[] {
  const source = randomFor(seed, "test");
  return Array.from({ length: count }, () => Number(drawValue(distribution, source)));
}

describe("random", () => {
  test("the same seed gives the same trials, another seed others", () => {
    const draw = (seed: number) => [...sampleRandom(SPACE, { seed, trials: 20 })];
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test("more trials go on where fewer ended", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (seed, few, more) => {
          const short = [...sampleRandom(SPACE, { seed, trials: few })];
          const long = [...sampleRandom(SPACE, { seed, trials: few + more })];
          expect(short).toHaveLength(few);
          expect(long.slice(0, few)).toEqual(short);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a parameter is drawn alike whatever stands beside it", () => {
    const only = spaceOf(SPACE.dimensions.filter(({ name }) => name === "learningRate"));
    const alone = [...sampleRandom(only, { seed: 3, trials: 10 })];
    const among = [...sampleRandom(SPACE, { seed: 3, trials: 10 })];
    expect(among.map(({ learningRate }) => learningRate)).toEqual(
      alone.map(({ learningRate }) => learningRate),
    );
  });

  test("conditional parameters stand only where their condition holds", () => {
    for (const params of sampleRandom(SPACE, { seed: 1, trials: 200 })) {
      expect("momentum" in params).toBe(params["optimizer"] === "sgd");
    }
  });

  test("a small space is found whole, without repeats, and then it ends", () => {
    fc.assert(
      fc.property(finiteSpaces, seeds, (space, seed) => {
        const drawn = [...sampleRandom(space, { seed, trials: 100_000 })];
        expect(drawn).toHaveLength(countCombinations(space));
        expect(new Set(drawn.map(canonicalJson)).size).toBe(drawn.length);
      }),
      { numRuns: 50 },
    );
  });

  test("a range with hardly a value ends too", () => {
    const space: SearchSpace = spaceOf([
      {
        name: "x",
        distribution: { kind: "real", low: 1, high: 1 + 2 * Number.EPSILON, log: false },
      },
    ]);
    const drawn = [...sampleRandom(space, { seed: 1, trials: 1000 })];
    expect(drawn.map(({ x }) => x).sort()).toEqual([1, 1 + Number.EPSILON, 1 + 2 * Number.EPSILON]);
  });
});

describe("drawValue", () => {
  test("stays in its range, at six significant digits", () => {
    const ranges = fc
      .tuple(
        fc.double({ min: 1e-6, max: 100, noNaN: true }),
        fc.double({ min: 1.002, max: 100, noNaN: true }),
        fc.boolean(),
      )
      .map(([low, ratio, log]) => ({ kind: "real", low, high: low * ratio, log }) as const);
    fc.assert(
      fc.property(ranges, seeds, (range, seed) => {
        for (const value of drawMany(range, 5, seed)) {
          expect(value).toBeGreaterThanOrEqual(range.low);
          expect(value).toBeLessThanOrEqual(range.high);
          const isEnd = value === range.low || value === range.high;
          expect(isEnd || Number(value.toPrecision(6)) === value).toBe(true);
        }
      }),
    );
  });

  test("a logarithmic range gives every decade its share", () => {
    const values = drawMany({ kind: "real", low: 1e-4, high: 0.1, log: true }, 9000);
    for (const decade of [1e-4, 1e-3, 1e-2]) {
      const share = values.filter((value) => value >= decade && value < decade * 10).length;
      expect(share).toBeGreaterThan(2800);
      expect(share).toBeLessThan(3200);
    }
  });

  test("integers reach both ends with their full share", () => {
    const values = drawMany({ kind: "integer", low: 1, high: 4, log: false, step: 1 }, 8000);
    for (const value of [1, 2, 3, 4]) {
      const share = values.filter((drawn) => drawn === value).length;
      expect(share).toBeGreaterThan(1850);
      expect(share).toBeLessThan(2150);
    }
  });

  test("logarithmic integers have the share their interval has in the logarithm", () => {
    const draws = 20_000;
    const values = drawMany({ kind: "integer", low: 1, high: 16, log: true, step: 1 }, draws);
    for (const value of [1, 2, 5, 16]) {
      const expectedShare = Math.log((value + 0.5) / (value - 0.5)) / Math.log(16.5 / 0.5);
      const share = values.filter((drawn) => drawn === value).length / draws;
      expect(Math.abs(share - expectedShare)).toBeLessThan(0.012);
    }
    expect(values.every((value) => Number.isInteger(value) && value >= 1 && value <= 16)).toBe(
      true,
    );
  });

  test.each([
    { kind: "real", low: 1.0000001, high: 1.0000002, log: false },
    { kind: "real", low: 1.0000001, high: 1.0000002, log: true },
    { kind: "real", low: -1e12 - 1, high: -1e12, log: false },
    { kind: "real", low: 20_240_115, high: 20_240_116, log: true },
    { kind: "real", low: 0.3, high: 0.3 + 1e-13, log: false },
  ] as const)("a narrow range is drawn with digits enough: %j", (range) => {
    const values = drawMany(range, 300);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(range.low);
    expect(Math.max(...values)).toBeLessThanOrEqual(range.high);
    expect(new Set(values).size).toBeGreaterThan(200);
    const mean = values.reduce(
      (sum, value) => sum + (value - range.low) / (range.high - range.low),
      0,
    );
    expect(Math.abs(mean / 300 - 0.5)).toBeLessThan(5 / Math.sqrt(12 * 300));
  });

  test.each([
    [0, 4_294_967_296],
    [0, Number.MAX_SAFE_INTEGER],
    [-4_294_967_296, 4_294_967_296],
    [Number.MIN_SAFE_INTEGER, 0],
  ])("whole numbers of a wide range, %d .. %d, are exact and spread over it", (low, high) => {
    const values = drawMany({ kind: "integer", low, high, log: false, step: 1 }, 1000);
    expect(
      values.every((value) => Number.isSafeInteger(value) && value >= low && value <= high),
    ).toBe(true);
    expect(new Set(values).size).toBe(1000);
    const mean = values.reduce((sum, value) => sum + (value - low) / (high - low), 0) / 1000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * 1000));
  });

  test("whole numbers in the logarithm reach each of a narrow range far from zero", () => {
    const low = 9_007_199_254_740_000;
    const values = drawMany({ kind: "integer", low, high: low + 9, log: true, step: 1 }, 500);
    expect(new Set(values).size).toBe(10);
  });

  test("a range with steps gives its steps and nothing else", () => {
    const values = drawMany({ kind: "real", low: 0.1, high: 0.5, log: false, step: 0.2 }, 300);
    expect([...new Set(values)].sort()).toEqual([0.1, 0.3, 0.5]);
  });
});
