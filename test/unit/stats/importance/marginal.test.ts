import { expect, test } from "vitest";
import { drawMarginal, tabulatePair } from "../../../../src/stats/importance/marginal.ts";
import { list, real, search } from "../../../support/searched-rows.ts";

const ROWS = [
  { size: 16, kind: "b" },
  { size: 8, kind: "a" },
  { size: 8, kind: "b" },
  { size: 8, kind: "a" },
  { size: 8, kind: "a" },
  { kind: "a" },
];
const OBJECTIVES = Float64Array.of(7, 1, 2, 3, 6, 100);
const [SIZE, KIND] = search(ROWS, { size: list(8, 16, 32), kind: list("a", "b") });
if (SIZE === undefined || KIND === undefined) throw new Error("no parameters");

test("the marginal of a list: each value that rows take", () => {
  // R: t.test(c(1, 2, 3, 6)): 3, -0.4374 .. 6.4374; quantile(type = 7).
  const points = drawMarginal(SIZE, OBJECTIVES, "maximize");
  expect(points).toMatchObject([
    {
      bin: { kind: "value", value: 8 },
      ...{ count: 4, mean: 3, median: 2.5, best: 6, lowerQuartile: 1.75, upperQuartile: 3.75 },
    },
    { bin: { kind: "value", value: 16 }, count: 1, mean: 7, interval: null },
  ]);
  expect(points[0]?.interval?.low).toBeCloseTo(-0.4374, 1);
  expect(points[0]?.interval?.high).toBeCloseTo(6.4374, 1);
  expect(drawMarginal(SIZE, OBJECTIVES, "minimize")[0]?.best).toBe(1);
});

test("the table of a pair: rows that have both, empty cells without a mean", () => {
  expect(tabulatePair([SIZE, KIND], OBJECTIVES, "minimize")).toEqual({
    rows: [
      { kind: "value", value: 8 },
      { kind: "value", value: 16 },
    ],
    columns: [
      { kind: "value", value: "a" },
      { kind: "value", value: "b" },
    ],
    cells: [
      [
        { count: 3, mean: 10 / 3, best: 1 },
        { count: 1, mean: 2, best: 2 },
      ],
      [
        { count: 0, mean: null, best: null },
        { count: 1, mean: 7, best: 7 },
      ],
    ],
  });
});

test("a range in twelve equal parts, in the logarithm where it is logarithmic; each row is in the one that holds it", () => {
  const values = Array.from({ length: 100 }, (_, at) => 10 ** (-4 + (4 * at) / 99));
  const [rate] = search(
    values.map((value) => ({ rate: value })),
    { rate: real(1e-4, 1, true) },
  );
  if (rate === undefined) throw new Error("no parameter");
  const points = drawMarginal(rate, Float64Array.from(values), "maximize");
  expect(points).toHaveLength(12);
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  for (const { bin, best, count, mean } of points) {
    if (bin.kind !== "part") throw new Error("no part");
    expect(Math.log10(bin.high / bin.low)).toBeCloseTo(1 / 3, 10);
    expect(best).toBeLessThanOrEqual(bin.high * (1 + 1e-12));
    expect(mean).toBeGreaterThanOrEqual(bin.low);
    expect(count).toBeGreaterThanOrEqual(8);
  }
});
