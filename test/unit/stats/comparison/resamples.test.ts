import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import { RunReader } from "../../../../src/stats/comparison/correctness.ts";
import { Largest } from "../../../../src/stats/comparison/largest.ts";
import { visitResamples } from "../../../../src/stats/comparison/resamples.ts";

/** Most are right on a row, or most are wrong, or half of them. */
const runsOf = fc
  .record({ rows: fc.integer({ min: 1, max: 140 }), wrongIn: fc.constantFrom(2, 20) })
  .chain(({ rows, wrongIn }) => {
    const right = fc.integer({ min: 0, max: wrongIn - 1 }).map((drawn) => Number(drawn === 0));
    const run = fc.array(right, { minLength: rows, maxLength: rows });
    const flips = fc.array(fc.constantFrom(0, 1), { minLength: rows, maxLength: rows });
    return fc
      .tuple(fc.array(run, { minLength: 1, maxLength: 30 }), flips)
      .map(([runs, flip]) =>
        runs.map((each) => Uint8Array.from(each, (wrong, row) => wrong ^ (flip[row] ?? 0))),
      );
  });

test("what a resample counts is what its rows say, one by one", () => {
  fc.assert(
    fc.property(runsOf, fc.integer({ min: 1, max: 9 }), (runs, resamples) => {
      const rows = runs[0]?.length ?? 0;
      const right = (run: Uint8Array, row: number) => Number(run[row] === 0);
      const candidates = runs.map((run) => ({
        values: [run.reduce((sum, _, row) => sum + right(run, row), 0) / rows],
      }));
      const correctness = new RunReader(
        { candidates },
        { labels: new Uint8Array(rows), read: (place) => runs[place] ?? null },
      ).read([...runs.keys()]);
      let visited = 0;
      visitResamples(correctness, resamples, randomFor(rows, "test"), ({ weights, sums }) => {
        visited++;
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(rows);
        const counted = runs.map((run) =>
          weights.reduce((sum, weight, row) => sum + weight * right(run, row), 0),
        );
        expect([...sums]).toEqual(counted);
      });
      expect(visited).toBe(resamples);
    }),
  );
});

test("the largest of numbers in any order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (values, count) => {
        const kept = new Largest(count);
        for (const value of values) kept.add(value);
        const sorted = values.toSorted((a, b) => b - a);
        expect(kept.least + 0).toBe((sorted[Math.min(count, sorted.length) - 1] ?? NaN) + 0);
      },
    ),
  );
});
