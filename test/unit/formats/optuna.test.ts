import { expect, test } from "vitest";
import type { Distribution, ParameterValue } from "../../../src/core/study.ts";
import { fitDistribution } from "../../../src/formats/optuna.ts";

const tell = (written: Distribution | undefined, ...taken: ParameterValue[]) =>
  JSON.parse(fitDistribution(written, taken).json) as { name: string; attributes: object };

const REAL = { kind: "real", low: 0, high: 1, log: false } as const;
const WHOLE = { kind: "integer", low: 1, high: 10, log: false, step: 4 } as const;

test("a range is told as it is written, its end where steps reach it", () => {
  expect(tell(REAL, 0.5)).toEqual({
    name: "FloatDistribution",
    attributes: { low: 0, high: 1, log: false, step: null },
  });
  expect(tell({ ...REAL, high: 0.35, step: 0.1 }, 0.3)).toEqual({
    name: "FloatDistribution",
    attributes: { low: 0, high: 0.3, log: false, step: 0.1 },
  });
  expect(tell(WHOLE, 5)).toEqual({
    name: "IntDistribution",
    attributes: { low: 1, high: 9, log: false, step: 4 },
  });
});

test("values that the study does not have any more widen it, and end its steps", () => {
  expect(tell(WHOLE, 5, 12).attributes).toEqual({ low: 1, high: 12, log: false, step: 1 });
  expect(tell(WHOLE, 5, 2.5)).toEqual({
    name: "FloatDistribution",
    attributes: { low: 1, high: 9, log: false, step: null },
  });
  expect(tell({ ...REAL, low: 0.1, log: true }, 0).attributes).toMatchObject({
    low: 0,
    log: false,
  });
  expect(tell(REAL, 0.5, "auto")).toEqual({
    name: "CategoricalDistribution",
    attributes: { choices: [0.5, "auto"] },
  });
  const choices = fitDistribution({ kind: "categorical", values: [true, 1] }, [1, "1"]);
  expect(JSON.parse(choices.json)).toMatchObject({ attributes: { choices: [true, 1, "1"] } });
  expect([true, 1, "1"].map(choices.toInternal)).toEqual([0, 1, 2]);
});

test("Optuna has no steps on a logarithmic scale", () => {
  const log = { ...REAL, low: 0.1, log: true, step: 0.1 };
  expect(tell(log, 0.2).attributes).toEqual({ low: 0.1, high: 1, log: true, step: null });
  const whole = { ...WHOLE, log: true };
  expect(tell(whole, 1).attributes).toEqual({ low: 1, high: 9, log: true, step: 1 });
});

test("a parameter that is not searched any more has the range of its values", () => {
  expect(tell(undefined, 3, 1).attributes).toEqual({ low: 1, high: 3, log: false, step: 1 });
  expect(tell(undefined, 0.5, 2)).toMatchObject({ name: "FloatDistribution" });
  expect(tell(undefined, "a", true).attributes).toEqual({ choices: ["a", true] });
});
