import { expect, test } from "vitest";
import { normalDistribution, normalQuantile } from "../../../src/core/normal-distribution.ts";

// Python: statistics.NormalDist().cdf and math.erfc(-x / sqrt(2)) / 2.
test.each([
  [-8, 6.220960574271784e-16],
  [-3, 0.0013498980316300945],
  [-1, 0.15865525393145705],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2.9, 0.9981341866996159],
  [6, 0.9999999990134123],
  [-50, 0],
  [50, 1],
])("the normal distribution at %d", (x, expected) => {
  expect(Math.abs(normalDistribution(x) - expected)).toBeLessThan(2e-15);
});

test("both ways to the normal distribution meet", () => {
  const [below, above] = [normalDistribution(-3), normalDistribution(-3 - 1e-12)];
  expect(below - above).toBeGreaterThan(0);
  expect(below - above).toBeLessThan(1e-14);
});

// R 4: qnorm(c(.5, .975, .001, 1e-9)).
test.each([
  [0.5, 0],
  [0.975, 1.959963985],
  [0.001, -3.090232306],
  [1e-9, -5.997807015],
  [1e-14, -7.650628],
])("the normal quantile of %d is %d", (share, expected) => {
  expect(normalQuantile(share)).toBeCloseTo(expected, 5);
});
