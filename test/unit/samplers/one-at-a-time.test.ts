import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/identity.ts";
import { countOneAtATime, isActive } from "../../../src/core/search-space.ts";
import type { SearchSpace } from "../../../src/core/study.ts";
import { sample } from "../../../src/samplers/index.ts";
import { sampleGrid } from "../../../src/samplers/grid.ts";
import { sampleOneAtATime } from "../../../src/samplers/one-at-a-time.ts";
import { finiteSpaces } from "../../support/spaces.ts";

const OPTIMIZER = {
  name: "optimizer",
  distribution: { kind: "categorical", values: ["sgd", "adam"] },
} as const;
const MOMENTUM = {
  name: "momentum",
  distribution: { kind: "categorical", values: [0.9, 0.5] },
  when: { optimizer: "sgd" },
} as const;
const BLOCKS = {
  name: "blocks",
  distribution: { kind: "integer", low: 1, high: 3, log: false, step: 1 },
} as const;

describe("sampleOneAtATime", () => {
  test("the first values, then each other one alone; a condition that fails takes its parameter away", () => {
    const space: SearchSpace = [MOMENTUM, OPTIMIZER, BLOCKS];
    expect([...sampleOneAtATime(space)]).toEqual([
      { optimizer: "sgd", momentum: 0.9, blocks: 1 },
      { optimizer: "adam", blocks: 1 },
      { optimizer: "sgd", momentum: 0.5, blocks: 1 },
      { optimizer: "sgd", momentum: 0.9, blocks: 2 },
      { optimizer: "sgd", momentum: 0.9, blocks: 3 },
    ]);
    expect([...sample(space, { kind: "one-at-a-time", seed: 3 })]).toEqual([
      ...sampleOneAtATime(space),
    ]);
  });

  test("a parameter that appears with the changed value has its first value there", () => {
    const late = { ...MOMENTUM, when: { optimizer: "adam" } };
    expect([...sampleOneAtATime([OPTIMIZER, late])]).toEqual([
      { optimizer: "sgd" },
      { optimizer: "adam", momentum: 0.9 },
    ]);
  });

  test("an empty space has one combination", () => {
    expect([...sampleOneAtATime([])]).toEqual([{}]);
    expect(countOneAtATime([])).toBe(1);
  });

  test("property: as many as counted, all distinct, all of the grid, in what is active", () => {
    fc.assert(
      fc.property(finiteSpaces, (space) => {
        const drawn = [...sampleOneAtATime(space)];
        expect(drawn).toHaveLength(countOneAtATime(space));
        const texts = new Set(drawn.map(canonicalJson));
        expect(texts.size).toBe(drawn.length);
        const grid = new Set([...sampleGrid(space)].map(canonicalJson));
        for (const text of texts) expect(grid.has(text)).toBe(true);
        const [base = {}] = drawn;
        for (const params of drawn.slice(1)) {
          const active = space.filter((dimension) => isActive(dimension, params));
          expect(Object.keys(params).sort()).toEqual(active.map(({ name }) => name).sort());
          const changed = Object.keys(params).filter(
            (name) => name in base && params[name] !== base[name],
          );
          expect(changed).toHaveLength(1);
        }
      }),
    );
  });
});
