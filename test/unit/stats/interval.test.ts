import fc from "fast-check";
import { expect, test } from "vitest";
import { wilsonInterval } from "../../../src/stats/moments.ts";

// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
// (1998), table I, method 3 (score, no continuity correction).
test.each([
  { correct: 81, count: 263, low: 0.2553, high: 0.3662 },
  { correct: 15, count: 148, low: 0.0624, high: 0.1605 },
  { correct: 0, count: 20, low: 0, high: 0.1611 },
  { correct: 1, count: 29, low: 0.0061, high: 0.1718 },
])("$correct of $count as published", ({ correct, count, low, high }) => {
  const interval = wilsonInterval(correct, count);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test("it holds the share, stays in [0, 1], and mirrors", () => {
  const counts = fc.integer({ min: 1, max: 60_000 });
  const cases = counts.chain((count) =>
    fc.tuple(fc.integer({ min: 0, max: count }), fc.constant(count)),
  );
  fc.assert(
    fc.property(cases, ([correct, count]) => {
      const { low, high } = wilsonInterval(correct, count);
      const mirrored = wilsonInterval(count - correct, count);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(correct / count);
      expect(high).toBeGreaterThanOrEqual(correct / count);
      expect(high).toBeLessThanOrEqual(1);
      expect(1 - mirrored.high).toBeCloseTo(low, 12);
    }),
  );
});
