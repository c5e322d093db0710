import { describe, expect, test } from "vitest";
import {
  countCombinations,
  countValues,
  orderDimensions,
  valueAt,
} from "../../../src/core/search-space.ts";
import type { Dimension, Distribution } from "../../../src/core/study.ts";

function list(
  name: string,
  values: readonly (string | number)[],
  when?: Dimension["when"],
): Dimension {
  const dimension = { name, distribution: { kind: "categorical", values } } as const;
  return when === undefined ? dimension : { ...dimension, when };
}

function valuesOf(distribution: Distribution): unknown[] {
  return Array.from({ length: countValues(distribution) }, (_, at) => valueAt(distribution, at));
}

describe("ranges with steps", () => {
  test("have readable values, the ends among them when the steps reach them", () => {
    expect(valuesOf({ kind: "real", low: 0.1, high: 0.5, log: false, step: 0.1 })).toEqual([
      0.1, 0.2, 0.3, 0.4, 0.5,
    ]);
    expect(valuesOf({ kind: "real", low: 0, high: 1, log: false, step: 0.3 })).toEqual([
      0, 0.3, 0.6, 0.9,
    ]);
    expect(valuesOf({ kind: "integer", low: 1, high: 8, log: false, step: 3 })).toEqual([1, 4, 7]);
  });

  test("a range without steps has no countable values", () => {
    const range = { kind: "real", low: 0, high: 1, log: false } as const;
    expect(countValues(range)).toBe(Infinity);
    expect(() => valueAt(range, 0)).toThrow(RangeError);
  });
});

describe("conditions", () => {
  const space = [
    list("momentum", [0.5, 0.9], { optimizer: "sgd" }),
    list("optimizer", ["adam", "sgd", "rmsprop"]),
    list("blocks", [1, 2, 3]),
  ];

  test("a parameter comes after those it depends on, the others as written", () => {
    expect(orderDimensions(space).map(({ name }) => name)).toEqual([
      "optimizer",
      "momentum",
      "blocks",
    ]);
  });

  test("are heeded in the count", () => {
    expect(countCombinations(space)).toBe((1 + 2 + 1) * 3);
  });

  test("of conditions are heeded as well", () => {
    const nested = [...space, list("dropout", [0.1, 0.2, 0.3], { momentum: 0.9 })];
    // adam and rmsprop: 1 each; sgd with 0.5: 1; sgd with 0.9: 3.
    expect(countCombinations(nested)).toBe((1 + 1 + 1 + 3) * 3);
  });

  test("that go round in a circle leave their dimensions out", () => {
    const circle = [list("a", [1], { b: 1 }), list("b", [1], { a: 1 }), list("c", [1])];
    expect(orderDimensions(circle).map(({ name }) => name)).toEqual(["c"]);
  });
});

test("the count does not go through what nothing depends on", () => {
  const space = Array.from({ length: 15 }, (_, at) =>
    list(`p${at}`, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  );
  expect(countCombinations(space)).toBe(1e15);
});
