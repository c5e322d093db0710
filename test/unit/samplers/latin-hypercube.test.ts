import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dimension, ParameterValue, SearchSpace } from "../../../src/core/study.ts";
import { latinHypercube } from "../../../src/samplers/latin-hypercube.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const propose = (space: SearchSpace, seed: number, trials: number) => [
  ...latinHypercube.propose(space, { seed, trials }, []),
];

const LEVEL: Dimension = {
  name: "level",
  distribution: { kind: "categorical", values: ["a", "b", "c"] },
};
const SPACE: SearchSpace = spaceOf([
  { name: "rate", distribution: { kind: "real", low: 1e-4, high: 1, log: true } },
  { name: "drop", distribution: { kind: "real", low: -1, high: 1, log: false } },
  { name: "big", distribution: { kind: "integer", low: 0, high: 2 ** 40, log: false, step: 1 } },
  LEVEL,
]);

function countEach(values: readonly (ParameterValue | undefined)[]): number[] {
  const counts = new Map<ParameterValue | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}

describe("latin-hypercube", () => {
  test("takes each of as many equal parts of a range, or of its logarithm, exactly once", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 60 }), (seed, trials) => {
        const proposed = propose(SPACE, seed, trials);
        // A value is told in six digits, which may carry it just over the edge of its part.
        const expectSpread = (shareOf: (params: (typeof proposed)[number]) => number): void => {
          const places = proposed.map((params) => shareOf(params) * trials).sort((x, y) => x - y);
          for (const [part, place] of places.entries())
            expect(Math.abs(place - part - 0.5)).toBeLessThan(0.501);
        };
        expectSpread(({ rate }) => (Math.log10(Number(rate)) + 4) / 4);
        expectSpread(({ drop }) => (Number(drop) + 1) / 2);
        expectSpread(({ big }) => Number(big) / (2 ** 40 + 1));
        const counts = countEach(proposed.map(({ level }) => level));
        expect((counts.at(-1) ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("parameters are spread apart from one another", () => {
    const proposed = propose(SPACE, 1, 400);
    const mean = proposed.reduce((sum, { drop }) => sum + Number(drop), 0) / 400;
    const [rates, drops] = [
      proposed.map(({ rate }) => Math.log10(Number(rate)) + 2),
      proposed.map(({ drop }) => Number(drop)),
    ];
    const product = rates.reduce((sum, rate, row) => sum + rate * (drops[row] ?? 0), 0) / 400;
    // Even sampling keeps the mean far closer than 400 plain draws would, whose deviation is 0.03.
    expect(Math.abs(mean)).toBeLessThan(0.002);
    // Deviations are 1.15 and 0.58; uncorrelated columns have a product below 3 / sqrt(400) of these.
    expect(Math.abs(product)).toBeLessThan((1.15 * 0.58 * 3) / 20);
  });

  test("lists of few combinations trade values until all are distinct, and keep their balance", () => {
    const pair = { name: "pair", distribution: { kind: "categorical", values: [1, 2] } } as const;
    const quad = {
      name: "quad",
      distribution: { kind: "categorical", values: [1, 2, 3, 4] },
    } as const;
    const balanced = Array.from({ length: 50 }, (_, seed) => {
      const proposed = propose(spaceOf([LEVEL, quad]), seed, 6);
      const counts = [
        ...countEach(proposed.map(({ level }) => level)),
        ...countEach(proposed.map(({ quad }) => quad)),
      ];
      return counts.join() === "2,2,2,1,1,2,2";
    });
    // Without trades it is 38: only a last row has nobody to trade with.
    expect(balanced.filter(Boolean).length).toBe(44);
    for (let seed = 0; seed < 50; seed++) {
      expect(
        new Set(propose(spaceOf([LEVEL, pair]), seed, 6).map((one) => JSON.stringify(one))).size,
      ).toBe(6);
    }
  });

  test("a parameter with a condition is spread over all trials, and left out of some", () => {
    const space: SearchSpace = spaceOf([
      ...SPACE.dimensions,
      {
        name: "depth",
        distribution: { kind: "real", low: 0, high: 30, log: false },
        when: { level: { oneOf: ["b"] } },
      },
    ]);
    const proposed = propose(space, 5, 30);
    expect(proposed).toHaveLength(30);
    const depths = proposed.flatMap(({ level, depth }) => (level === "b" ? [Number(depth)] : []));
    expect(depths).toHaveLength(10);
    expect(new Set(depths.map(Math.floor)).size).toBe(10);
  });
});
