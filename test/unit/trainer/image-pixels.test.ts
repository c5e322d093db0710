import { expect, test } from "vitest";
import { borderOf, invert, shouldInvert, toBrightness } from "../../../src/trainer/image-files.ts";

const rounded = (values: Float32Array): number[] =>
  Array.from(values, (value) => Number(value.toFixed(3)));

test.each([
  ["gray to gray", [0, 255], 1, 1, [0, 1]],
  ["gray to colour", [0, 255], 1, 3, [0, 0, 0, 1, 1, 1]],
  ["transparent gray shows white paper", [0, 0, 0, 51], 2, 1, [1, 0.8]],
  ["colour to colour", [255, 0, 51, 0, 0, 0], 3, 3, [1, 0, 0.2, 0, 0, 0]],
  ["colour to gray", [255, 0, 0, 0, 255, 0], 3, 1, [0.299, 0.587]],
  ["transparent colour shows white paper", [255, 0, 0, 0, 0, 0, 0, 255], 4, 1, [1, 0]],
] as const)("%s", (_, bytes, found, channels, expected) => {
  expect(rounded(toBrightness(bytes, [1, 2, found], channels).values)).toEqual(expected);
});

test("the border is the outermost pixels, each counted once", () => {
  const values = Float32Array.of(1, 1, 1, 0, 9, 0, 1, 1, 1);
  expect(borderOf({ height: 3, width: 3, channels: 1, values })).toEqual([6 / 8]);
  const row = Float32Array.of(1, 0, 0, 1);
  expect(borderOf({ height: 1, width: 4, channels: 1, values: row })).toEqual([0.5]);
  expect(borderOf({ height: 2, width: 1, channels: 2, values: row })).toEqual([0.5, 0.5]);
});

test("only a gray image with a bright border is inverted unasked", () => {
  expect([[0.9], [0.1], [0.9, 0.9, 0.9]].map((border) => shouldInvert("auto", border))).toEqual([
    true,
    false,
    false,
  ]);
  expect(shouldInvert("always", [0])).toBe(true);
  expect(shouldInvert("never", [1])).toBe(false);
  const pixels = { height: 1, width: 2, channels: 1, values: Float32Array.of(0.25, 1) };
  expect([...invert(pixels).values]).toEqual([0.75, 0]);
});
