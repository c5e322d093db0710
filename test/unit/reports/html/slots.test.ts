import { expect, test } from "vitest";
import { countSlots } from "../../../../src/reports/html/page/slots.ts";
import type { AttemptColumns } from "../../../../src/stats/report-page.ts";

const slotsOf = (...attempts: readonly (readonly [start: number, seconds: number])[]) =>
  countSlots({
    start: Float64Array.from(attempts, ([start]) => start),
    seconds: Float64Array.from(attempts, ([, seconds]) => seconds),
  } as unknown as AttemptColumns);

test("an end makes room for the start at its moment; the last one leaves none", () => {
  expect(slotsOf([0, 10], [2, 4], [10, 5])).toEqual([
    [0, 1],
    [2, 2],
    [6, 1],
    [10, 1],
    [15, 0],
  ]);
  expect(slotsOf([3, 0])).toEqual([[3, 0]]);
  expect(slotsOf()).toEqual([]);
});

test("many changes are told by the most at once of each span", () => {
  const many = Array.from({ length: 20_000 }, (_, place) => [place, 50] as const);
  const slots = slotsOf(...many);
  expect(slots.length).toBeLessThanOrEqual(1001);
  expect(Math.max(...slots.map(([, running]) => running))).toBe(50);
});
