import { describe, expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import {
  appendRow,
  factorize,
  invert,
  logDeterminant,
  solve,
} from "../../../../src/samplers/gp/cholesky.ts";

const SIZE = 9;

/** B B^T + 1/10, of numbers in [-1, 1). */
function drawPositive(size: number): number[][] {
  const random = randomFor(1, "test");
  const rows = Array.from({ length: size }, () =>
    Array.from({ length: size }, () => 2 * random.next() - 1),
  );
  const product = (one: readonly number[], other: readonly number[]): number =>
    one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
  return rows.map((one, row) =>
    rows.map((other, column) => product(one, other) + (row === column ? 0.1 : 0)),
  );
}

const MATRIX = drawPositive(SIZE);
const factorizeFirst = (size: number) =>
  factorize(Float64Array.from(MATRIX.slice(0, size).flatMap((row) => row.slice(0, size))), size);

/** A matrix times a vector. */
const times = (vector: Float64Array): number[] =>
  MATRIX.map((row) => row.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0));

describe("the Cholesky triangle", () => {
  test("solves, inverts, and has the determinant", () => {
    const triangle = factorizeFirst(SIZE);
    if (triangle === null) throw new Error("not positive definite");
    const right = Float64Array.from({ length: SIZE }, (_, at) => at - 3);
    for (const [at, value] of times(solve(triangle, right)).entries())
      expect(value).toBeCloseTo(right[at] ?? NaN, 9);
    const inverse = invert(triangle);
    for (let column = 0; column < SIZE; column++) {
      const lower = (row: number): number =>
        inverse[Math.max(row, column) * SIZE + Math.min(row, column)] ?? NaN;
      const unit = times(Float64Array.from({ length: SIZE }, (_, row) => lower(row)));
      for (const [row, value] of unit.entries())
        expect(value).toBeCloseTo(Number(row === column), 9);
    }
    const smaller = factorizeFirst(2);
    const [[a = 0, b = 0] = [], [, d = 0] = []] = MATRIX;
    expect(smaller && logDeterminant(smaller)).toBeCloseTo(Math.log(a * d - b * b), 12);
  });

  test("grown row by row it is the same", () => {
    let grown = factorizeFirst(2);
    for (let size = 2; size < SIZE && grown !== null; size++)
      grown = appendRow(grown, Float64Array.from(MATRIX[size] ?? []));
    const whole = factorizeFirst(SIZE);
    for (let row = 0; row < SIZE; row++)
      for (let column = 0; column <= row; column++)
        expect(grown?.elements[row * grown.stride + column]).toBeCloseTo(
          whole?.elements[row * SIZE + column] ?? NaN,
          12,
        );
  });

  test("a matrix that is not positive definite has none", () => {
    expect(factorize(Float64Array.of(1, 0, 2, 1), 2)).toBeNull();
    expect(factorize(Float64Array.of(1, 0, 1, 1), 2)).toBeNull();
    expect(factorize(Float64Array.of(NaN), 1)).toBeNull();
  });
});
