import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createOutsideTest } from "../../../src/core/space/outside.ts";
import { randomFor } from "../../../src/core/random.ts";
import type { Parameters, SearchSpace } from "../../../src/core/study.ts";
import { drawValue } from "../../../src/samplers/draw.ts";
import { propose } from "../../../src/samplers/index.ts";

const SPACE: SearchSpace = spaceOf([
  { name: "optimizer", distribution: { kind: "categorical", values: ["adam", "sgd"] } },
  {
    name: "momentum",
    distribution: { kind: "real", low: 0.1, high: 0.9, log: false, step: 0.2 },
    when: { optimizer: { oneOf: ["sgd"] } },
  },
  { name: "filters", distribution: { kind: "integer", low: 8, high: 64, log: false, step: 8 } },
]);
const STUDY = {
  space: SPACE,
  trainer: { kind: "command", command: ["true"], version: 1, epochs: 5, set: { note: "a" } },
} as const;

const explain = (params: Parameters, epochs = 5, defaults: Parameters = {}) =>
  createOutsideTest(STUDY, defaults)(params, epochs);

test("everything that the space has is inside", () => {
  for (const params of propose(SPACE, { kind: "grid", seed: 1, settings: {} }, []))
    expect(explain({ ...params, note: "a" })).toBeNull();
});

test.each([
  [
    "a value that is none of the list",
    { optimizer: "rmsprop", filters: 8, note: "a" },
    "optimizer rmsprop",
  ],
  ["off the steps", { optimizer: "adam", filters: 12, note: "a" }, "filters 12"],
  ["beyond the range", { optimizer: "adam", filters: 72, note: "a" }, "filters 72"],
  [
    "of a condition that does not hold",
    { optimizer: "adam", momentum: 0.3, filters: 8, note: "a" },
    "momentum 0.3",
  ],
  [
    "without a parameter that is searched",
    { optimizer: "sgd", filters: 8, note: "a" },
    "no momentum",
  ],
  ["of another fixed value", { optimizer: "adam", filters: 8, note: "b" }, "note b"],
  ["without the fixed value", { optimizer: "adam", filters: 8 }, "no note"],
  [
    "with a parameter that is gone",
    { optimizer: "adam", filters: 8, note: "a", dropout: 0.5 },
    "dropout 0.5",
  ],
])("%s is outside", (_, params: Parameters, expected) => {
  expect(explain(params)).toBe(expected);
});

test("other epochs are told", () => {
  expect(explain({ optimizer: "adam", filters: 8, note: "a" }, 7)).toBe("epochs 7");
});

test("what a trainer takes by default need not be named", () => {
  const params = { optimizer: "adam", filters: 8 };
  expect(explain(params, 5, { note: "a" })).toBeNull();
  expect(explain({ ...params, note: "a", bias: true }, 5, { bias: true })).toBeNull();
  expect(explain({ ...params, note: "a", bias: false }, 5, { bias: true })).toBe("bias false");
});

test("whatever is drawn from a range lies in it", () => {
  const range = fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 1000 }), fc.boolean())
    .map(([low, width, whole]) =>
      whole
        ? ({ kind: "integer", low, high: low + width, log: false, step: 1 } as const)
        : ({ kind: "real", low: low / 7, high: (low + width) / 7, log: false } as const),
    );
  fc.assert(
    fc.property(range, fc.nat(), (distribution, seed) => {
      const space = spaceOf([{ name: "x", distribution }]);
      const x = drawValue(distribution, randomFor(seed, "test"));
      const trainer = { ...STUDY.trainer, set: {} };
      expect(createOutsideTest({ space, trainer })({ x }, 5)).toBeNull();
    }),
  );
});
