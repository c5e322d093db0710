import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import { Ridge } from "../../../../src/stats/forecast/ridge.ts";
import { drawNormal } from "../../../../src/stats/normal.ts";

function drawRows(count: number, width: number): Float64Array[] {
  const random = randomFor(1, "rows");
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: width }, () => drawNormal(random)),
  );
}

test("a line is found, and a target that is noise alone has its mean", () => {
  const rows = drawRows(80, 3);
  const random = randomFor(2, "noise");
  const line = Float64Array.from(rows, ([a = 0, b = 0]) => 5 + 2 * a - b);
  const found = new Ridge(rows, 40).fit(line.map((value) => value + 0.01 * drawNormal(random)));
  expect(found.predict(Float64Array.of(1, 1, 7))).toBeCloseTo(6, 1);
  const noise = line.map(() => 5 + 0.001 * drawNormal(random));
  expect(new Ridge(rows, 40).fit(noise).predict(Float64Array.of(1, 1, 1))).toBeCloseTo(5, 2);
});

test("no more is fitted than may be, and rows far from all others are in doubt", () => {
  const rows = drawRows(20, 10);
  const targets = Float64Array.from(rows, (row) => row.reduce((sum, each) => sum + each, 0));
  const fit = new Ridge(rows, 6).fit(targets);
  expect(fit.fitted).toBeLessThanOrEqual(6);
  expect(new Ridge(rows, 0).fit(targets).fitted).toBeCloseTo(1);
  const near = new Float64Array(10);
  expect(fit.doubt(near.fill(20))).toBeGreaterThan(10 * fit.doubt(new Float64Array(10)));
});
