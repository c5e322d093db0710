import { formatValue } from "../../../src/core/parameter-value.ts";
import fc from "fast-check";
import { spaceOf } from "../../support/space-of.ts";
import { boundSpaces } from "../../support/spaces.ts";
import { describe, expect, test } from "vitest";
import { countCombinations, listCombinations } from "../../../src/core/space/combinations.ts";
import { orderDimensions } from "../../../src/core/space/conditions.ts";
import { countValues, takesValue, valueAt } from "../../../src/core/space/values.ts";
import type { Dimension, Distribution } from "../../../src/core/study.ts";

function list(
  name: string,
  values: readonly (string | number | boolean)[],
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

describe("steps far from zero, and finer than twelve digits", () => {
  test.each([
    [1_000_000_000_000, 1_000_000_000_005, 1, 6],
    [Number.MAX_SAFE_INTEGER - 10, Number.MAX_SAFE_INTEGER, 5, 3],
    [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER + 2, 1, 3],
    [0, 1_999_999_999, 1_000_000_000, 2],
    [10_000_000_000_001, 10_000_005_000_001, 1_000_000, 6],
  ])("whole numbers %d .. %d by %d are %d", (low, high, step, count) => {
    const values = valuesOf({ kind: "integer", low, high, log: false, step });
    expect(values).toEqual(Array.from({ length: count }, (_, at) => low + at * step));
  });

  test("a range of whole numbers may be as wide as these go", () => {
    const all = {
      kind: "integer",
      low: 0,
      high: Number.MAX_SAFE_INTEGER,
      log: false,
      step: 1,
    } as const;
    expect(countValues(all)).toBe(2 ** 53);
    expect(valueAt(all, 2 ** 53 - 1)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    [1_000_000_000_000, 1_000_000_000_001, 0.1, "1000000000000.3"],
    [10_000_000_000, 10_000_000_010, 1.25, "10000000003.75"],
    [-1e12, 1e-9, 0.1, "-999999999999.7"],
    [1, 1.00000001, 1e-9, "1.000000003"],
    [10_000_000_000_001, 10_000_009_000_000, 1_000_000, "10000003000001"],
    [0.5, 1e13, 1_000_000_000_000, "3000000000000.5"],
    [0.1234567890123, 2, 0.5, "1.6234567890123"],
  ])("real numbers %d .. %d by %d are as written: the fourth is %s", (low, high, step, fourth) => {
    const range = { kind: "real", low, high, log: false, step } as const;
    expect(formatValue(valueAt(range, 3))).toBe(fourth);
    expect(takesValue(range, Number(fourth))).toBe(true);
    expect(takesValue(range, Number(fourth) + step / 2)).toBe(false);
  });
});

test("the count does not go through what no condition names", () => {
  const wide = { kind: "integer", low: 1, high: 2 ** 40, log: false, step: 1 } as const;
  const space = spaceOf([
    { name: "a", distribution: wide },
    list("b", [1, 2, 3], { a: { oneOf: [7] } }),
  ]);
  expect(countCombinations(space)).toBe(2 ** 40 - 1 + 3);
});

describe("conditions", () => {
  const space = [
    list("momentum", [0.5, 0.9], { optimizer: { oneOf: ["sgd"] } }),
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
    expect(countCombinations(spaceOf(space))).toBe((1 + 2 + 1) * 3);
  });

  test("of conditions are heeded as well", () => {
    const nested = [...space, list("dropout", [0.1, 0.2, 0.3], { momentum: { oneOf: [0.9] } })];
    // adam and rmsprop: 1 each; sgd with 0.5: 1; sgd with 0.9: 3.
    expect(countCombinations(spaceOf(nested))).toBe((1 + 1 + 1 + 3) * 3);
  });

  test("that go round in a circle leave their dimensions out", () => {
    const circle = [
      list("a", [1], { b: { oneOf: [1] } }),
      list("b", [1], { a: { oneOf: [1] } }),
      list("c", [1]),
    ];
    expect(orderDimensions(circle).map(({ name }) => name)).toEqual(["c"]);
  });
});

test("the count does not go through what nothing depends on", () => {
  const space = Array.from({ length: 15 }, (_, at) =>
    list(`p${at}`, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  );
  expect(countCombinations(spaceOf(space))).toBe(1e15);
});

describe("the count is quick", () => {
  const flags = Array.from({ length: 40 }, (_, at) => list(`flag${at}`, [true, false]));
  const children = flags.map(({ name }, at) =>
    list(`child${at}`, [1, 2, 3], { [name]: { oneOf: [true] } }),
  );

  test("with many parameters that have one each that depends on them", () => {
    // Each pair: 3 with the flag, 1 without.
    expect(countCombinations(spaceOf([...flags, ...children]))).toBe(4 ** 40);
  });

  test("with all of these under one more, and parameters of the same name", () => {
    const under = flags.map((flag) => ({ ...flag, when: { root: { oneOf: ["on"] } } }));
    const rates = [
      list("rate", [1, 2, 3], { flag0: { oneOf: [true] } }),
      list("rate", [1, 2, 3, 4, 5]),
    ];
    const space = spaceOf([...rates, ...under, ...children, list("root", ["on", "off"])]);
    // On: flag0 true 3 children x 3 rates, false 5 rates; off: 5 rates.
    expect(countCombinations(space)).toBe(4 ** 39 * (3 * 3 + 5) + 5);
  });

  test("and is what is listed", () => {
    fc.assert(
      fc.property(boundSpaces, (space) => {
        const free = { ...space, constraints: [] };
        expect(countCombinations(free)).toBe([...listCombinations(free)].length);
      }),
    );
  });
});
