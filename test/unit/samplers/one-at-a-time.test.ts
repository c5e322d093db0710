import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { activeDimensions } from "../../../src/core/space/conditions.ts";
import type { SearchSpace } from "../../../src/core/study.ts";
import { grid } from "../../../src/samplers/grid.ts";
import { oneAtATime } from "../../../src/samplers/one-at-a-time.ts";
import { finiteSpaces } from "../../support/spaces.ts";

const OPTIMIZER = {
  name: "optimizer",
  distribution: { kind: "categorical", values: ["sgd", "adam"] },
} as const;
const MOMENTUM = {
  name: "momentum",
  distribution: { kind: "categorical", values: [0.9, 0.5] },
  when: { optimizer: { oneOf: ["sgd"] } },
} as const;
const BLOCKS = {
  name: "blocks",
  distribution: { kind: "integer", low: 1, high: 3, log: false, step: 1 },
} as const;

const propose = (space: SearchSpace) => [...oneAtATime.propose(space, { seed: 0 }, [])];
const count = (space: SearchSpace) => oneAtATime.count(space, { seed: 0 });

describe("one-at-a-time", () => {
  test("the first values, then each other one alone; a condition that fails takes its parameter away", () => {
    const space: SearchSpace = spaceOf([MOMENTUM, OPTIMIZER, BLOCKS]);
    expect(propose(space)).toEqual([
      { optimizer: "sgd", momentum: 0.9, blocks: 1 },
      { optimizer: "adam", blocks: 1 },
      { optimizer: "sgd", momentum: 0.5, blocks: 1 },
      { optimizer: "sgd", momentum: 0.9, blocks: 2 },
      { optimizer: "sgd", momentum: 0.9, blocks: 3 },
    ]);
  });

  test("a parameter that appears with the changed value has its first value there", () => {
    const late = { ...MOMENTUM, when: { optimizer: { oneOf: ["adam"] } } };
    expect(propose(spaceOf([OPTIMIZER, late]))).toEqual([
      { optimizer: "sgd" },
      { optimizer: "adam", momentum: 0.9 },
    ]);
  });

  test("an empty space has one combination", () => {
    expect(propose(spaceOf([]))).toEqual([{}]);
    expect(count(spaceOf([]))).toBe(1);
  });

  test("property: as many as counted, all distinct, all of the grid, in what is active", () => {
    fc.assert(
      fc.property(finiteSpaces, (space) => {
        const drawn = propose(space);
        expect(drawn).toHaveLength(count(space));
        const texts = new Set(drawn.map(canonicalJson));
        expect(texts.size).toBe(drawn.length);
        const all = new Set([...grid.propose(space, { seed: 0 }, [])].map(canonicalJson));
        for (const text of texts) expect(all.has(text)).toBe(true);
        const [base = {}] = drawn;
        for (const params of drawn.slice(1)) {
          const active = activeDimensions(space.dimensions, params);
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

test("counts what nobody could list", () => {
  const fine = { kind: "real", low: 0, high: 1, log: false, step: 1e-12 } as const;
  const space = spaceOf([
    { name: "fine", distribution: fine },
    { name: "word", distribution: { kind: "categorical", values: ["x", "y"] } },
  ]);
  expect(oneAtATime.count(space, { seed: 0 })).toBe(1e12 + 1 + 1);
});
