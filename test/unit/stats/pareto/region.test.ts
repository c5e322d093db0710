import fc from "fast-check";
import { expect, test } from "vitest";
import { findFront } from "../../../../src/stats/pareto/front.ts";
import { measureHypervolume, type Point } from "../../../../src/stats/pareto/region.ts";

/** Few distinct values, so that points tie and repeat. */
const points = (dimensions: number) =>
  fc.array(fc.tuple(...Array.from({ length: dimensions }, () => fc.integer({ min: -3, max: 3 }))), {
    maxLength: 9,
  });

const isAsGood = (a: Point, b: Point) => a.every((loss, at) => loss <= (b[at] ?? NaN));

/** The content of a union of boxes by inclusion and exclusion over all their intersections. */
function measureByInclusion(all: readonly Point[], reference: Point): number {
  let content = 0;
  for (let subset = 1; subset < 2 ** all.length; subset++) {
    const chosen = all.filter((_, place) => (subset >> place) % 2 === 1);
    const corner = reference.map((_, at) => Math.max(...chosen.map((point) => point[at] ?? NaN)));
    const box = reference.reduce((size, end, at) => size * (end - (corner[at] ?? NaN)), 1);
    content += (chosen.length % 2 === 1 ? 1 : -1) * box;
  }
  return content;
}

test.each([2, 3, 4])(
  "of %i losses: the front by its definition, the hypervolume by inclusion and exclusion",
  (dimensions) => {
    const reference = Array.from({ length: dimensions }, () => 3);
    fc.assert(
      fc.property(points(dimensions), (all) => {
        const expected = [...all.keys()].filter(
          (place) =>
            !all.some(
              (other) => isAsGood(other, all[place] ?? []) && !isAsGood(all[place] ?? [], other),
            ),
        );
        expect(findFront(all).toSorted((a, b) => a - b)).toEqual(expected);
        const exact = measureByInclusion(all, reference);
        expect(measureHypervolume(all, reference)).toBeCloseTo(exact, 9);
      }),
    );
  },
);

test("what no other beats may be everything: 13,824 points of two and of three losses", () => {
  const count = 13_824;
  const circle = Array.from({ length: count }, (_, place) => {
    const angle = ((place + 0.5) * Math.PI) / 2 / count;
    return [-Math.cos(angle), -Math.sin(angle)];
  });
  expect(findFront(circle)).toHaveLength(count);
  // From inside, the quarter of a circle.
  expect(measureHypervolume(circle, [0, 0])).toBeCloseTo(Math.PI / 4, 3);
  const sphere = Array.from({ length: count }, (_, place) => {
    const height = (place + 0.5) / count;
    const angle = ((place * 0.618_034) % 1) * (Math.PI / 2);
    const radius = Math.sqrt(1 - height ** 2);
    return [-height, -radius * Math.cos(angle), -radius * Math.sin(angle)];
  });
  expect(findFront(sphere)).toHaveLength(count);
  expect(measureHypervolume(sphere, [0, 0, 0])).toBeCloseTo(Math.PI / 6, 1);
});
