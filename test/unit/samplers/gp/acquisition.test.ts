import { expect, test } from "vitest";
import { logExpectedImprovement } from "../../../../src/samplers/gp/acquisition.ts";

/** By the trapezoidal rule: the density of `best - t`, times t, over t > 0; its largest factor is taken off first. */
function integrate(mean: number, deviation: number, best: number): number {
  const logAt = (t: number): number => -(((best - t - mean) / deviation) ** 2) / 2;
  const largest = Math.max(logAt(0), best > mean ? 0 : -Infinity);
  const step = deviation / 20_000;
  let sum = 0;
  for (let at = 1; at < 400_000; at++) sum += at * step * Math.exp(logAt(at * step) - largest);
  return Math.log((sum * step) / (deviation * Math.sqrt(2 * Math.PI))) + largest;
}

test.each([
  [0, 1, 2],
  [0, 1, 0],
  [1, 0.5, 0],
  [3, 0.5, -0.9],
  [3, 0.5, -1.1],
  [10, 0.5, 0],
])("expected improvement of %d ± %d on %d, by its logarithm", (mean, deviation, best) => {
  const found = logExpectedImprovement({ mean, variance: deviation ** 2 }, best);
  expect(found).toBeCloseTo(integrate(mean, deviation, best), 4);
});

test("what cannot improve is told apart all the same", () => {
  const far = [50, 60].map((mean) => logExpectedImprovement({ mean, variance: 1 }, 0));
  expect(far[0]).toBeGreaterThan(far[1] ?? Infinity);
  expect(Number.isFinite(logExpectedImprovement({ mean: 1, variance: 0 }, 0))).toBe(true);
});
