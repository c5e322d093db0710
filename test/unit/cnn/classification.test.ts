import { expect, test } from "vitest";
import { scoreClasses } from "../../../src/cnn/classification.ts";

test("counts what is right and averages F1 over classes, by hand", () => {
  // Class 0: tp 2, fp 1, fn 1 -> 4/6. Class 1: tp 1, fp 1, fn 1 -> 2/4. Class 2: tp 1, fp 0, fn 0 -> 1.
  const labels = Uint8Array.of(0, 0, 0, 1, 1, 2);
  const predictions = Uint8Array.of(0, 0, 1, 0, 1, 2);
  const { correct, macroF1, balancedAccuracy } = scoreClasses(predictions, labels, 3);
  expect(correct).toBe(4);
  expect(macroF1).toBeCloseTo((4 / 6 + 2 / 4 + 1) / 3, 14);
  expect(balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2 + 1) / 3, 14);
});

test("a class that occurs nowhere does not count, one that is only predicted does", () => {
  const labels = Uint8Array.of(0, 0);
  expect(scoreClasses(Uint8Array.of(0, 0), labels, 10)).toEqual({
    correct: 2,
    balancedAccuracy: 1,
    macroF1: 1,
  });
  const { macroF1 } = scoreClasses(Uint8Array.of(0, 7), labels, 10);
  expect(macroF1).toBeCloseTo((2 / 3 + 0) / 2, 14);
});

test("all wrong is 0, no rows are 0", () => {
  const nothing = { correct: 0, balancedAccuracy: 0, macroF1: 0 };
  expect(scoreClasses(Uint8Array.of(1, 0), Uint8Array.of(0, 1), 2)).toEqual(nothing);
  expect(scoreClasses(new Uint8Array(0), new Uint8Array(0), 2)).toEqual(nothing);
});
