import { expect, test } from "vitest";
import { quantile, sortNumbers, standardDeviation } from "../../../src/stats/moments.ts";

// R 4: quantile(1:10, c(0, .25, .5, 1)), type 7.
test.each([
  [0, 1],
  [0.25, 3.25],
  [0.5, 5.5],
  [1, 10],
])("the quantile %d of 1..10 is %d", (share, expected) => {
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share)).toBe(expected);
});

test("the quantile of a single value is that value", () => {
  expect(quantile([7], 0.3)).toBe(7);
});

test("numbers are sorted by size, not as text", () => {
  expect([...sortNumbers([10, 9, -1, 100])]).toEqual([-1, 9, 10, 100]);
});

// R 4: sd(c(2, 4, 4, 4, 5, 5, 7, 9)).
test("the standard deviation divides by n - 1", () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138089935299395, 14);
  expect(standardDeviation([0.98, 0.98])).toBe(0);
  expect(standardDeviation([1, 2])).toBeCloseTo(Math.SQRT1_2, 15);
});
