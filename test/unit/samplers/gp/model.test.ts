import { spaceOf } from "../../../support/space-of.ts";
import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import { SAMPLERS } from "../../../../src/samplers/index.ts";
import type { Observation } from "../../../../src/samplers/sampler.ts";

const SPACE = spaceOf(
  ["x", "y"].map((name) => ({
    name,
    distribution: { kind: "real", low: 0, high: 1, log: false },
  })),
);
const random = randomFor(1, "test");
const HISTORY: readonly Observation[] = Array.from({ length: 40 }, () => {
  const [x, y] = [random.next(), random.next()];
  return { params: { x, y }, state: "complete", loss: 10 + Math.sin(9 * x), share: 1 };
});

test("what decides the loss has the shorter length, and beliefs are near what was measured", () => {
  const model = SAMPLERS["gp"]?.model?.(SPACE, HISTORY);
  expect(model?.fitted).toBe(40);
  expect(model?.lengths.get("x")).toBeLessThan(0.5);
  expect(model?.lengths.get("y")).toBeGreaterThan(1);
  const best = HISTORY.reduce((a, b) => ((b.loss ?? 0) < (a.loss ?? 0) ? b : a));
  const belief = model?.predict(best.params);
  expect(belief?.loss).toBeCloseTo(best.loss ?? 0, 0);
  expect(belief?.low).toBeLessThanOrEqual(belief?.loss ?? 0);
  expect(belief?.high).toBeGreaterThanOrEqual(belief?.loss ?? 0);
  expect(model?.predict({ x: 0.5 })).toBeNull();
});

test("a sampler without such a model tells none, nor does auto once it goes by densities", () => {
  expect(SAMPLERS["tpe"]?.model).toBeUndefined();
  const many = Array.from({ length: 1001 }, (_, at) => HISTORY[at % 40] ?? HISTORY[0]);
  expect(SAMPLERS["auto"]?.model?.(SPACE, many as Observation[])).toBeNull();
  expect(SAMPLERS["auto"]?.model?.(SPACE, HISTORY)?.fitted).toBe(40);
});
