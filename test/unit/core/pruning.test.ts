import { expect, test } from "vitest";
import { quantileOf } from "../../../src/core/pruning.ts";

const evidence = { rung: 3, bracket: 0, cut: null };

test("a trial stands among all that were compared, those stopped earlier behind it", () => {
  // Third of four at the second rung, of twelve that came to the first.
  expect(quantileOf({ ...evidence, rank: 3, of: 4, entered: 12 })).toBeCloseTo(2.5 / 12, 12);
  expect(quantileOf({ ...evidence, rank: 3, of: 4 })).toBeCloseTo(2.5 / 4, 12);
});

test("it stays in (0, 1) whatever a file says", () => {
  for (const [rank, of, entered] of [
    [1, 1, 1],
    [9, 2, 1],
    [1, 100000, 1],
  ] as const) {
    const found = quantileOf({ ...evidence, rank, of, entered });
    expect(found > 0 && found < 1).toBe(true);
  }
});
