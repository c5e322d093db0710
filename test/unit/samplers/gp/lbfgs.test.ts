import { expect, test } from "vitest";
import { minimize } from "../../../../src/samplers/gp/lbfgs.ts";

test("finds the end of Rosenbrock's valley", () => {
  const end = minimize(
    ([x = 0, y = 0]) => ({
      value: 100 * (y - x ** 2) ** 2 + (1 - x) ** 2,
      gradient: Float64Array.of(-400 * x * (y - x ** 2) - 2 * (1 - x), 200 * (y - x ** 2)),
    }),
    Float64Array.of(-1.2, 1),
    { steps: 200, tolerance: 1e-12 },
  );
  expect(end[0]).toBeCloseTo(1, 4);
  expect(end[1]).toBeCloseTo(1, 4);
});

test("keeps away from where the function is not finite", () => {
  const end = minimize(
    ([x = 0]) => ({ value: x > 0 ? x - Math.log(x) : NaN, gradient: Float64Array.of(1 - 1 / x) }),
    Float64Array.of(8),
    { steps: 50, tolerance: 1e-10 },
  );
  expect(end[0]).toBeCloseTo(1, 4);
});
