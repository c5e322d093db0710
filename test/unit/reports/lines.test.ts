import { expect, test } from "vitest";
import { COLUMNS, drawSparkline, wrapParts, wrapText } from "../../../src/reports/lines.ts";

test("a sparkline has a bar for each value, or for as many as fit", () => {
  expect(drawSparkline([0, 1, 2, 3, 4, 5, 6, 7], 40)).toBe("▁▂▃▄▅▆▇█");
  expect(drawSparkline([0, 0, 7, 7], 2)).toBe("▁█");
  expect(drawSparkline([5, 5, 5], 10)).toBe("▄▄▄");
  expect(drawSparkline([], 10)).toBe("");
  expect(drawSparkline([-1.7e308, 1.7e308], 10)).toBe("▁█");
  expect(
    drawSparkline(
      Array.from({ length: 1000 }, (_, place) => place),
      40,
    ),
  ).toHaveLength(40);
});

test("no line is wider than 100 columns, and no word is lost", () => {
  const parts = Array.from({ length: 30 }, (_, place) => `metric${place} 0.${place}`);
  const wrapped = wrapParts("Measured: ", parts).split("\n");
  expect(wrapped.every((line) => line.length <= COLUMNS)).toBe(true);
  expect(wrapped.map((line) => line.trim()).join(" ")).toBe(`Measured: ${parts.join(", ")}`);
  const long = "x".repeat(250);
  const text = wrapText(`a ${long} b`, 4).split("\n");
  expect(text.every((line) => line.length <= COLUMNS && line.startsWith("    "))).toBe(true);
  expect(
    text
      .map((line) => line.trim())
      .join("")
      .replaceAll(" ", ""),
  ).toBe(`a${long}b`);
});
