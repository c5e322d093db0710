import { expect, test } from "vitest";
import {
  etaSquared,
  quantile,
  sortNumbers,
  standardDeviation,
} from "../../../src/stats/moments.ts";

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
  expect(sortNumbers([10, 9, -1, 100])).toEqual([-1, 9, 10, 100]);
});

// R's PlantGrowth: aov(weight ~ group) gives sums of squares 3.76634 between, 10.49209 within.
test("eta squared of PlantGrowth", () => {
  const groups = [
    [4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53, 5.33, 5.14],
    [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    [6.31, 5.12, 5.54, 5.5, 5.37, 5.29, 4.92, 6.15, 5.8, 5.26],
  ];
  expect(etaSquared(groups)).toBeCloseTo(3.76634 / (3.76634 + 10.49209), 5);
});

test.each([
  { name: "one group", groups: [[1, 2, 3]] },
  { name: "one value in each group", groups: [[1], [2], [3]] },
  { name: "nothing varies", groups: [[2, 2], [2]] },
])("eta squared is not told: $name", ({ groups }) => {
  expect(etaSquared(groups)).toBeNull();
});

test("eta squared is 1 when a group says all", () => {
  expect(etaSquared([[1, 1], [5]])).toBe(1);
});

// R 4: sd(c(2, 4, 4, 4, 5, 5, 7, 9)).
test("the standard deviation divides by n - 1", () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138089935299395, 14);
  expect(standardDeviation([0.98, 0.98])).toBe(0);
  expect(standardDeviation([1, 2])).toBeCloseTo(Math.SQRT1_2, 15);
});
