import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { countCombinations } from "../../../src/core/space/combinations.ts";
import { activeDimensions } from "../../../src/core/space/conditions.ts";
import type { SearchSpace } from "../../../src/core/study.ts";
import { grid } from "../../../src/samplers/grid.ts";
import { finiteSpaces } from "../../support/spaces.ts";

const propose = (space: SearchSpace) => [...grid.propose(space, { seed: 0 }, [])];

const SPACE: SearchSpace = spaceOf([
  { name: "a", distribution: { kind: "categorical", values: ["x", "y"] } },
  { name: "b", distribution: { kind: "integer", low: 1, high: 2, log: false, step: 1 } },
  {
    name: "c",
    distribution: { kind: "categorical", values: [true, false] },
    when: { a: { oneOf: ["y"] } },
  },
]);

describe("grid", () => {
  test("goes through the dimensions as written, the last one fastest, conditions heeded", () => {
    expect(propose(SPACE)).toEqual([
      { a: "x", b: 1 },
      { a: "x", b: 2 },
      { a: "y", b: 1, c: true },
      { a: "y", b: 1, c: false },
      { a: "y", b: 2, c: true },
      { a: "y", b: 2, c: false },
    ]);
  });

  test("an empty space has one combination", () => {
    expect(propose(spaceOf([]))).toEqual([{}]);
  });

  test("has as many combinations as counted, all distinct, each parameter present exactly when active", () => {
    fc.assert(
      fc.property(finiteSpaces, (space) => {
        const all = propose(space);
        expect(all).toHaveLength(countCombinations(space));
        expect(new Set(all.map(canonicalJson)).size).toBe(all.length);
        for (const params of all) {
          const active = activeDimensions(space.dimensions, params);
          expect(Object.keys(params).sort()).toEqual(active.map(({ name }) => name).sort());
        }
      }),
    );
  });
});
