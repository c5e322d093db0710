import { spaceOf } from "../../support/space-of.ts";
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { SearchSpace } from "../../../src/core/study.ts";
import { sobol } from "../../../src/samplers/sobol.ts";
import { SOBOL_DIMENSIONS, sobolPoint } from "../../../src/samplers/sobol/sequence.ts";
import { findPython, TEST_PYTHON } from "../../support/python/environment.ts";

const PYTHON = findPython(TEST_PYTHON);
const SPACE: SearchSpace = spaceOf([
  { name: "rate", distribution: { kind: "real", low: 0, high: 1, log: false } },
  { name: "drop", distribution: { kind: "real", low: 0, high: 1, log: false } },
  { name: "level", distribution: { kind: "categorical", values: [1, 2, 3, 4] } },
]);
const propose = (seed: number, trials: number) => [...sobol.propose(SPACE, { seed, trials }, [])];

describe("sobol", { timeout: 120_000 }, () => {
  test("the sequence is Joe and Kuo's: their own program's first ten points", () => {
    const points = Array.from({ length: 10 }, (_, index) =>
      [...sobolPoint(index, 3)].map((digits) => digits / 2 ** 32),
    );
    expect(points).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
      [0.1875, 0.3125, 0.9375],
      [0.6875, 0.8125, 0.4375],
    ]);
  });

  test.skipIf(PYTHON === undefined)("and SciPy's, in every dimension", () => {
    const program = `
import json
from scipy.stats import qmc
print(json.dumps(qmc.Sobol(${SOBOL_DIMENSIONS}, scramble=False, bits=32).random(1024)[1000:].tolist()))`;
    const theirs = JSON.parse(
      execFileSync(PYTHON ?? "", ["-c", program], { encoding: "utf8" }),
    ) as number[][];
    const ours = theirs.map((_, row) =>
      [...sobolPoint(1000 + row, SOBOL_DIMENSIONS)].map((digits) => digits / 2 ** 32),
    );
    expect(ours).toEqual(theirs);
  });

  test("shifted by a seed, as many points as a power of two fill all equal boxes of that number", () => {
    for (const seed of [1, 2, 3]) {
      const proposed = propose(seed, 64);
      for (const [wide, high] of [
        [64, 1],
        [8, 8],
        [1, 64],
      ] as const) {
        const boxes = proposed.map(
          ({ rate, drop }) =>
            Math.floor(Number(rate) * wide) * high + Math.floor(Number(drop) * high),
        );
        // Six digits are kept of a value, which may carry it over a side.
        expect(new Set(boxes).size).toBeGreaterThanOrEqual(62);
      }
      for (const level of [1, 2, 3, 4])
        expect(proposed.filter((one) => one["level"] === level)).toHaveLength(16);
    }
  });

  test("a space of more parameters than the sequence has dimensions is proposed all the same", () => {
    const wide = spaceOf(
      Array.from({ length: SOBOL_DIMENSIONS + 2 }, (_, at) => ({
        name: `p${at}`,
        distribution: { kind: "real", low: 0, high: 1, log: false },
      })),
    );
    const last = [...sobol.propose(wide, { seed: 1, trials: 20 }, [])].map(
      (params) => params[`p${SOBOL_DIMENSIONS + 1}`],
    );
    expect(new Set(last).size).toBe(20);
  });
});
