import { expect, test } from "vitest";
import { normalDistribution } from "../../../../src/stats/importance/normal.ts";
import { studentQuantile } from "../../../../src/stats/importance/student.ts";

// R: pnorm(c(-38, -8, -3.001, -3, -1, 0, 0.5, 2.9, 6)), 17 digits.
test.each([
  [-8, 6.2209605742717841e-16],
  [-3.001, 0.0013454733443617],
  [-3, 0.0013498980316300945],
  [-1, 0.15865525393145705],
  [0, 0.5],
  [0.5, 0.69146246127401312],
  [2.9, 0.99813418669961596],
  [6, 0.9999999990134123],
  [-50, 0],
  [50, 1],
])("the normal distribution at %d", (x, expected) => {
  expect(Math.abs(normalDistribution(x) - expected)).toBeLessThan(
    2e-15 + 1e-10 * expected * Number(x === -3.001),
  );
});

// R: qt(0.975, c(1, 2, 3, 5, 10, 30, 1000)).
test.each([
  [1, 12.70620474],
  [2, 4.30265273],
  [3, 3.182446305],
  [5, 2.570581836],
  [10, 2.228138852],
  [30, 2.042272456],
  [1000, 1.962339081],
])("Student's quantile with %d degrees of freedom", (freedom, expected) => {
  expect(Math.abs(studentQuantile(freedom) / expected - 1)).toBeLessThan(1e-3);
});
