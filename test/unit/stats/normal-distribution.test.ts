import { expect, test } from "vitest";
import { normalDistribution } from "../../../src/stats/normal-distribution.ts";

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
