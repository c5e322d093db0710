import { expect, test } from "vitest";
import { wallTimeMargin } from "../../../src/runner/run-element.ts";

test.each([
  [6, 5],
  [30, 10],
  [50, 15],
  [300, 30],
  [600, 60],
  [24 * 3600, 120],
])("of %i seconds of wall time, %i are kept for the ending", (walltime, margin) => {
  expect(wallTimeMargin(walltime)).toBe(margin);
});
