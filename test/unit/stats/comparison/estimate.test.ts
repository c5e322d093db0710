import { expect, test } from "vitest";
import { estimateMean } from "../../../../src/stats/comparison/estimate.ts";
import { wilsonInterval } from "../../../../src/stats/moments.ts";
import { drawNoise, repeatStudies, shareOf } from "../../../support/simulated-trials.ts";

test("a single run has no interval, or Wilson's over the rows", () => {
  expect(estimateMean([0.3], null)).toEqual({
    mean: 0.3,
    standardDeviation: null,
    interval: null,
    over: null,
    method: null,
  });
  const told = estimateMean([0.9], { correct: 90, count: 100 });
  expect(told).toMatchObject({ over: "rows", method: "wilson", standardDeviation: null });
  expect(told.interval).toEqual(wilsonInterval(90, 100));
  expect(estimateMean([0.9], { correct: 0, count: 0 }).interval).toBeNull();
});

// R 4: t.test(c(0.98, 0.97, 0.99))$conf.int
test("three seeds: Student's t", () => {
  const told = estimateMean([0.98, 0.97, 0.99], { correct: 1, count: 2 });
  expect(told).toMatchObject({ over: "seeds", method: "student" });
  expect(told.mean).toBeCloseTo(0.98, 12);
  expect(told.standardDeviation).toBeCloseTo(0.01, 12);
  expect(told.interval?.low).toBeCloseTo(0.9551586, 6);
  expect(told.interval?.high).toBeCloseTo(1.0048414, 6);
});

test("an accuracy's interval stays within its range", () => {
  const { interval } = estimateMean([0.98, 0.97, 0.99], null, { low: 0, high: 1 });
  expect(interval?.high).toBe(1);
});

test.each([3, 5, 10])(
  "of %d seeds, the interval holds the truth in about 95 of 100 studies",
  (seeds) => {
    const held = repeatStudies(150, (random) => {
      const values = Array.from({ length: seeds }, () => 7 + 0.01 * drawNoise(random));
      const { interval } = estimateMean(values, null);
      return interval !== null && interval.low <= 7 && 7 <= interval.high;
    });
    expect(shareOf(held)).toBeGreaterThan(0.88);
    expect(shareOf(held)).toBeLessThanOrEqual(0.99);
  },
);

test("the order of the seeds does not matter, nor how far from 0 they are", () => {
  const values = [0.1, 0.4, 0.2, 0.25, 0.15, 0.3];
  const told = estimateMean(values, null);
  expect(told.method).toBe("percentile-t");
  expect(estimateMean(values.toReversed(), null)).toEqual(told);
  const far = estimateMean(
    values.map((value) => value + 1e6),
    null,
  );
  expect((far.interval?.low ?? NaN) - 1e6).toBeCloseTo(told.interval?.low ?? NaN, 6);
});

test.each([2, 5, 50])("%d equal seeds have an interval of no width", (seeds) => {
  const told = estimateMean(
    Array.from({ length: seeds }, () => 0.75),
    null,
  );
  expect(told).toMatchObject({ standardDeviation: 0, interval: { low: 0.75, high: 0.75 } });
});

test("numbers too large for their squares have no interval, never NaN", () => {
  const told = estimateMean([1e300, -1e300, 1e299, 3, 2], null);
  expect(told.interval).toBeNull();
  expect(told.standardDeviation).toBeNull();
  expect(Number.isFinite(told.mean)).toBe(true);
});
