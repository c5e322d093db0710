import { expect, test } from "vitest";
import { gatherSegments } from "../../../../src/reports/html/page/charts/segments.ts";

test("lines alike are one, with how many they are and what colours them on the average", () => {
  const left = Float32Array.of(0, 0, 1, NaN, 1);
  const right = Float32Array.of(1, 1, 0, 0, 0);
  const shades = Float32Array.of(0.5, 1, NaN, 1, 0.25);
  const found = gatherSegments(left, right, {
    mask: Uint8Array.of(1, 1, 1, 1, 0),
    shades,
    bins: 3,
  });
  expect({ ...found }).toEqual({
    from: Uint16Array.of(0, 2),
    to: Uint16Array.of(2, 0),
    counts: Uint32Array.of(2, 1),
    shades: Float32Array.of(0.75, NaN),
  });
});
