import { spaceOf } from "../../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ParameterValue } from "../../../../src/core/study.ts";
import { measureFanova } from "../../../../src/stats/importance/fanova.ts";
import { drawMarginal, tabulatePair } from "../../../../src/stats/importance/marginal.ts";
import { measurePedAnova } from "../../../../src/stats/importance/ped-anova.ts";
import { suggestSpace } from "../../../../src/stats/importance/suggestion.ts";
import { list, real, search } from "../../../support/searched-rows.ts";

type Row = Readonly<Record<string, ParameterValue>>;

const SPACE = { a: list(1, 2, 3), b: list("x", "y"), c: real(0, 1), d: real(1e-4, 1, true) };

/** All that is made of rows, as text: no number of it may be any but a finite one. */
function measureAll(rows: readonly Row[], objectives: readonly number[]) {
  const values = Float64Array.from(objectives);
  const parameters = search(rows, SPACE);
  const [one, other] = [parameters[0], parameters[2]];
  if (one === undefined || other === undefined) throw new Error("no parameters");
  const space = Object.entries(SPACE).map(([name, distribution]) => ({ name, distribution }));
  const columns = parameters.map(({ column }) => column);
  const beyondChance = new Set(Object.keys(SPACE));
  return {
    pedAnova: measurePedAnova(parameters, values, "maximize"),
    fanova: measureFanova(parameters, values),
    marginals: parameters.map((parameter) => drawMarginal(parameter, values, "maximize")),
    pair: tabulatePair([one, other], values, "minimize"),
    suggestions: suggestSpace(spaceOf(space), columns, values, "maximize", { beyondChance }),
  };
}

function findNonFinite(value: unknown, path = ""): readonly string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => findNonFinite(inner, `${path}/${key}`));
}

const ROW = { a: 1, b: "x", c: 0.5, d: 0.01 };
const rowsOf = (count: number, change: (at: number) => Row = () => ({})): Row[] =>
  Array.from({ length: count }, (_, at) => ({ ...ROW, ...change(at) }));
const varied = (at: number): Row => ({ a: 1 + (at % 3), b: at % 2 ? "x" : "y", c: (at % 7) / 7 });

describe("nothing matters, and every number is finite", () => {
  test.each<[string, Row[], number[]]>([
    ["no row", [], []],
    ["one row", rowsOf(1), [1]],
    ["two rows", rowsOf(2, varied), [1, 2]],
    ["all objectives equal", rowsOf(60, varied), Array.from({ length: 60 }, () => 0.1)],
    ["one value of each", rowsOf(60), Array.from({ length: 60 }, (_, at) => at)],
    [
      "no row has any",
      Array.from({ length: 60 }, () => ({})),
      Array.from({ length: 60 }, (_, at) => at),
    ],
    ["no finite objective", rowsOf(4, varied), [NaN, Infinity, -Infinity, NaN]],
  ])("%s", (_, rows, objectives) => {
    const all = measureAll(rows, objectives);
    expect(findNonFinite(all)).toEqual([]);
    expect(JSON.stringify(all)).not.toContain('"isBeyondChance":true');
    expect(JSON.stringify(all)).toContain('"isBeyondChance":false');
  });
});

test.each([
  ["the largest numbers", [-Number.MAX_VALUE, Number.MAX_VALUE, 0]],
  ["1e300", [1e300, -1e300, 1]],
  ["the smallest numbers", [5e-324, 0, 1e-323]],
  ["far from zero", [1e15, 1e15 + 1, 1e15 + 2]],
])("a parameter that decides all is found: %s", (_, levels) => {
  const rows = rowsOf(60, varied);
  const all = measureAll(
    rows,
    rows.map(({ a }) => levels[Number(a) - 1] ?? NaN),
  );
  expect(findNonFinite(all)).toEqual([]);
  const { fanova, pedAnova } = all;
  expect(fanova.mains.map(({ isBeyondChance }) => isBeyondChance)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(fanova.mains[0]?.share).toBeGreaterThan(0.99);
  expect(pedAnova[0]?.share).toBeGreaterThan(0.5);
});

test("whatever rows are: finite, shares in [0, 1], the same in any order", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 1, 1e300),
  );
  const row = fc.record(
    {
      a: fc.constantFrom(1, 2, 3, 1e308, -5),
      b: fc.constantFrom<ParameterValue>("x", "y", "z", true, 3),
      c: fc.double({ min: -1e308, max: 1e308, noNaN: true }),
      d: fc.constantFrom(0, 1e-4, 0.5, 1, 7),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(row, value), { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (pairs, keys) => {
        const all = measureAll(
          pairs.map(([params]) => params),
          pairs.map(([, objective]) => objective),
        );
        expect(findNonFinite(all)).toEqual([]);
        const shuffled = pairs
          .map((pair) => ({ pair, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ pair }) => pair);
        expect(
          measureAll(
            shuffled.map(([params]) => params),
            shuffled.map(([, objective]) => objective),
          ),
        ).toEqual(all);
      },
    ),
    { numRuns: 6, seed: 12 },
  );
}, 90_000);
