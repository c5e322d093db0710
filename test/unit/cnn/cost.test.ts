import { expect, test } from "vitest";
import { estimateCost, type Training } from "../../../src/cnn/cost.ts";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { planModel } from "../../../src/cnn/shapes.ts";

const PHOTOS = { count: 3000, height: 32, width: 32, channels: 3, classes: 10 };

/** The network that was measured: 2 x 2 convolutions, batches of 256. */
function costOf(changes: Partial<CnnParameters>, training: Training = { epochs: 1 }) {
  const params = resolveCnnParameters({
    ...{ filters: 32, convLayers: 2, padding: "same", denseLayers: 0, globalPooling: true },
    ...{ batchSize: 256, pooling: "average", ...changes },
  });
  return estimateCost(params, planModel({ params, problem: PHOTOS }), PHOTOS, training);
}

test.each([
  ["relu", 532],
  ["silu", 690],
  ["gelu", 781],
] as const)(
  "%s is reckoned to hold what it held, or up to a third more",
  (activation, measured) => {
    const { memoryMiB } = costOf({ activation });
    expect(memoryMiB).toBeGreaterThan(measured);
    expect(memoryMiB).toBeLessThan(1.33 * measured);
  },
);

test("residual units cost their projections and sums", () => {
  const [plain, residual] = [costOf({}), costOf({ residual: true })];
  expect(residual.memoryMiB).toBeGreaterThan(plain.memoryMiB);
  expect(residual.coreSeconds).toBeGreaterThan(plain.coreSeconds);
});

test("seconds go by the rows that are trained on, memory by those there are", () => {
  const [all, some] = [costOf({}), costOf({}, { epochs: 1, rows: 300 })];
  expect(some.memoryMiB).toBe(all.memoryMiB);
  expect((some.coreSeconds - 2) / (all.coreSeconds - 2)).toBeCloseTo(0.1, 10);
});
