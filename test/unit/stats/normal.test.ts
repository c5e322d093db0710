import { expect, test } from "vitest";
import { randomFor } from "../../../src/core/random.ts";
import { mean, standardDeviation } from "../../../src/stats/moments.ts";
import {
  drawLargestNormal,
  drawMeanSquare,
  drawNormal,
  studentLimit,
} from "../../../src/stats/normal.ts";

// R 4: qt(.975, df).
test.each([
  [1, 12.7062047],
  [2, 4.3026527],
  [3, 3.1824463],
  [4, 2.7764451],
  [9, 2.2621572],
  [30, 2.0422725],
  [100_000, 1.9599641],
])("Student's limit of %d degrees of freedom is %d", (degrees, expected) => {
  expect(studentLimit(degrees)).toBeCloseTo(expected, 4);
});

test("normal numbers, and the largest of many, as theory has them", () => {
  const random = randomFor(1, "normal numbers");
  const draw = (one: () => number) => Array.from({ length: 20_000 }, one);
  const normal = draw(() => drawNormal(random));
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(standardDeviation(normal)).toBeCloseTo(1, 1);
  // Tippett, Biometrika 17 (1925): the mean of the largest of 10 is 1.53875, of 1000 3.24144.
  expect(mean(draw(() => drawLargestNormal(10, random)))).toBeCloseTo(1.539, 1);
  expect(mean(draw(() => drawLargestNormal(1000, random)))).toBeCloseTo(3.241, 1);
  expect(draw(() => drawLargestNormal(1e9, random)).every(Number.isFinite)).toBe(true);
});

test.each([1, 5, 200])("mean squares of %d degrees of freedom are 1 on the average", (degrees) => {
  const random = randomFor(degrees, "mean squares");
  const drawn = Array.from({ length: 20_000 }, () => drawMeanSquare(degrees, random));
  expect(mean(drawn)).toBeCloseTo(1, 1);
  expect(standardDeviation(drawn)).toBeCloseTo(Math.sqrt(2 / degrees), 1);
});
