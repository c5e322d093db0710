import { spaceOf } from "../../../support/space-of.ts";
import { expect, test } from "vitest";
import { createEncoding } from "../../../../src/samplers/gp/encoding.ts";

test("numbers have a place by their order, their width or its logarithm; anything else is a category", () => {
  const { isCategory, encode } = createEncoding(
    spaceOf([
      { name: "units", distribution: { kind: "categorical", values: [64, 16, 32] } },
      { name: "rate", distribution: { kind: "real", low: 1e-4, high: 1, log: true } },
      { name: "mixed", distribution: { kind: "categorical", values: [1, "auto"] } },
      {
        name: "depth",
        distribution: { kind: "real", low: 2, high: 6, log: false },
        when: { mixed: { oneOf: [1] } },
      },
      {
        name: "flag",
        distribution: { kind: "categorical", values: [true, false] },
        when: { mixed: { oneOf: [1] } },
      },
      { name: "only", distribution: { kind: "integer", low: 3, high: 3, log: false, step: 1 } },
    ]),
  );
  expect(isCategory).toEqual([false, false, true, false, true]);
  const whole = [...encode({ units: 32, rate: 1e-3, mixed: 1, depth: 3, flag: false, only: 3 })];
  expect(whole.map((each) => Number(each.toFixed(12)))).toEqual([0.5, 0.25, 0, 0.25, 1]);
  const part = encode({ units: 64, rate: 1, mixed: "auto", only: 3 });
  expect([...part]).toEqual([1, 1, 1, 0.5, -1]);
});
