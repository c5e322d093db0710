import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permuteStratified, type Split, splitRows } from "../../../src/cnn/split.ts";

const labelled = fc.uint8Array({ min: 0, max: 9, minLength: 1, maxLength: 400 });
const seeds = fc.nat();
const fractions = fc.double({ min: 0, max: 0.9, noNaN: true });

function countClasses(labels: Uint8Array, rows: Int32Array): Map<number, number> {
  const counts = new Map([...labels].map((label) => [label, 0]));
  for (const row of rows) {
    const label = labels[row] ?? NaN;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

/**
 * How far a prefix may be from a class's share. With rows spread evenly, a class has less than one row
 * too many or too few for its place, and so has the prefix less than one for each class.
 */
function tolerance(labels: Uint8Array, classRows: number, classes: number): number {
  return 1 + (classes * classRows) / labels.length;
}

describe("permuteStratified", () => {
  test("is a permutation, the same for one seed", () => {
    fc.assert(
      fc.property(labelled, seeds, (labels, seed) => {
        const order = permuteStratified(labels, seed);
        expect(order.slice().sort()).toEqual(Int32Array.from(labels.keys()));
        expect(permuteStratified(labels, seed)).toEqual(order);
      }),
    );
  });

  test("every prefix has the classes in nearly the proportions of the whole", () => {
    fc.assert(
      fc.property(labelled, seeds, fc.nat(), (labels, seed, at) => {
        const length = at % (labels.length + 1);
        const order = permuteStratified(labels, seed);
        const whole = countClasses(labels, order);
        for (const [label, count] of countClasses(labels, order.slice(0, length))) {
          const classRows = whole.get(label) ?? 0;
          const share = (classRows * length) / labels.length;
          expect(Math.abs(count - share)).toBeLessThan(tolerance(labels, classRows, whole.size));
        }
      }),
    );
  });

  test("another seed gives another order", () => {
    const labels = Uint8Array.from({ length: 200 }, (_, row) => row % 10);
    expect(permuteStratified(labels, 1)).not.toEqual(permuteStratified(labels, 2));
  });
});

describe("splitRows", () => {
  const split = (labels: Uint8Array, validation: number, seed = 1, holdout = 0.1): Split =>
    splitRows(labels, { holdout, validation, seed });

  test("parts every row once, each part in ascending order", () => {
    fc.assert(
      fc.property(labelled, seeds, fractions, fractions, (labels, seed, holdout, validation) => {
        const parts = split(labels, validation, seed, holdout);
        const rows = [parts.holdout, parts.validation, parts.training];
        for (const part of rows) expect(part).toEqual(part.slice().sort());
        expect(Int32Array.from(rows.flatMap((part) => [...part])).sort()).toEqual(
          Int32Array.from(labels.keys()),
        );
        expect(parts.holdout.length).toBe(Math.max(1, Math.round(labels.length * holdout)));
        const others = labels.length - parts.holdout.length;
        expect(parts.validation.length).toBe(Math.round(others * validation));
      }),
    );
  });

  test("the hold-out is the same for all validation splits, and these nest", () => {
    fc.assert(
      fc.property(labelled, seeds, fractions, fractions, (labels, seed, one, other) => {
        const small = split(labels, Math.min(one, other), seed);
        const large = split(labels, Math.max(one, other), seed);
        expect(small.holdout).toEqual(large.holdout);
        const kept = new Set(large.validation);
        expect(small.validation.every((row) => kept.has(row))).toBe(true);
      }),
    );
  });

  test("of fewer rows those of more hold all, the hold-out is the same, and classes keep their shares", () => {
    const some = (labels: Uint8Array, rows?: number): Split =>
      splitRows(labels, { holdout: 0.1, validation: 0.2, seed: 1, rows });
    const used = ({ validation, training }: Split): number[] => [...validation, ...training];
    fc.assert(
      fc.property(labelled, fc.nat(400), fc.nat(400), (labels, one, other) => {
        const [few, many] = [Math.min(one, other), Math.max(one, other)].map((rows) =>
          some(labels, rows),
        ) as [Split, Split];
        expect(few.holdout).toEqual(some(labels).holdout);
        expect(few.holdout).toEqual(many.holdout);
        const most = labels.length - few.holdout.length;
        expect(used(few)).toHaveLength(Math.min(most, one, other));
        const kept = new Set(used(many));
        expect(used(few).every((row) => kept.has(row))).toBe(true);
      }),
    );
    const labels = Uint8Array.from({ length: 10_000 }, (_, row) => (row % 4 === 0 ? 1 : 0));
    const counts = countClasses(labels, Int32Array.from(used(some(labels, 400))));
    expect(Math.abs((counts.get(1) ?? 0) - 100)).toBeLessThanOrEqual(2);
    expect(some(labels, 1e6)).toEqual(some(labels));
  });

  test("1,000 digits of each class: within two rows of the exact share", () => {
    const labels = Uint8Array.from({ length: 10_000 }, (_, row) => row % 10);
    const parts = split(labels, 0.2);
    for (const [rows, share] of [
      [parts.holdout, 100],
      [parts.validation, 180],
      [parts.training, 720],
    ] as const) {
      for (const count of countClasses(labels, rows).values()) {
        expect(Math.abs(count - share)).toBeLessThanOrEqual(2);
      }
    }
  });

  test("something is always held out", () => {
    expect(split(Uint8Array.of(3), 0.5).holdout).toEqual(Int32Array.of(0));
    expect(split(Uint8Array.of(3, 3, 3), 0).holdout).toHaveLength(1);
    expect(split(new Uint8Array(0), 0.5).holdout).toHaveLength(0);
  });
});
