/**
 * The lower triangle L of a positive definite matrix, L L^T, row after row in one array. It grows by a row at a time
 * without being made anew (Golub and Van Loan, "Matrix computations", 2013, 4.2).
 */
export interface Triangle {
  readonly size: number;
  /** Element (row, column) is at `row * stride + column`; above the diagonal nothing is defined. */
  readonly stride: number;
  readonly elements: Float64Array;
}

/** Below this share of its diagonal, what is left of a pivot is rounding. */
const LEAST_PIVOT = 1e-10;

/**
 * @param matrix its lower triangle, row after row, `stride` apart; it is overwritten
 * @returns null where rounding leaves the matrix not positive definite
 */
export function factorize(matrix: Float64Array, size: number, stride = size): Triangle | null {
  for (let row = 0; row < size; row++) {
    const own = row * stride;
    const diagonal = matrix[own + row] ?? 0;
    const square = reduceRow(matrix, stride, row, own);
    const pivot = diagonal - square;
    if (!(pivot > LEAST_PIVOT * diagonal)) return null;
    matrix[own + row] = Math.sqrt(pivot);
  }
  return { size, stride, elements: matrix };
}

/** Solves the rows before for the one at `own`, in place. @returns the sum of its squares */
function reduceRow(elements: Float64Array, stride: number, row: number, own: number): number {
  let square = 0;
  for (let column = 0; column < row; column++) {
    const other = column * stride;
    const rest = (elements[own + column] ?? 0) - dot(elements, own, elements, other, column);
    const value = rest / (elements[other + column] ?? 0);
    elements[own + column] = value;
    square += value * value;
  }
  return square;
}

/**
 * The triangle of the matrix with one row more; in the same array while that has room.
 * @param row the new row of the matrix, its diagonal element last
 */
export function appendRow(triangle: Triangle, row: Float64Array): Triangle {
  const { size } = triangle;
  const { stride, elements } = size < triangle.stride ? triangle : makeRoom(triangle);
  const own = size * stride;
  elements.set(row.subarray(0, size + 1), own);
  const diagonal = row[size] ?? 0;
  const pivot = diagonal - reduceRow(elements, stride, size, own);
  elements[own + size] = Math.sqrt(Math.max(pivot, LEAST_PIVOT * diagonal));
  return { size: size + 1, stride, elements };
}

function makeRoom({ size, stride, elements }: Triangle): Triangle {
  const wider = Math.ceil(1.25 * stride) + 8;
  const copy = new Float64Array(wider * wider);
  for (let row = 0; row < size; row++)
    copy.set(elements.subarray(row * stride, row * stride + size), row * wider);
  return { size, stride: wider, elements: copy };
}

/** Solves L x = b in place. */
export function solveLower({ size, stride, elements }: Triangle, vector: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const own = row * stride;
    const rest = (vector[row] ?? 0) - dot(elements, own, vector, 0, row);
    vector[row] = rest / (elements[own + row] ?? 0);
  }
}

/** Solves L^T x = b in place. */
export function solveUpper({ size, stride, elements }: Triangle, vector: Float64Array): void {
  for (let row = size - 1; row >= 0; row--) {
    const own = row * stride;
    const value = (vector[row] ?? 0) / (elements[own + row] ?? 0);
    vector[row] = value;
    for (let at = 0; at < row; at++)
      vector[at] = (vector[at] ?? 0) - value * (elements[own + at] ?? 0);
  }
}

/** Solves L L^T x = b. */
export function solve(triangle: Triangle, vector: Float64Array): Float64Array {
  const solved = vector.slice(0, triangle.size);
  solveLower(triangle, solved);
  solveUpper(triangle, solved);
  return solved;
}

/** Logarithm of the determinant of L L^T. */
export function logDeterminant({ size, stride, elements }: Triangle): number {
  let sum = 0;
  for (let row = 0; row < size; row++) sum += Math.log(elements[row * stride + row] ?? 0);
  return 2 * sum;
}

/** The lower triangle of the inverse of L L^T, `size` to a row. */
export function invert({ size, stride, elements }: Triangle): Float64Array {
  // Row i of `columns` is column i of the inverse of L, from element i on.
  const columns = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const own = column * size;
    columns[own + column] = 1 / (elements[column * stride + column] ?? 0);
    for (let row = column + 1; row < size; row++) {
      const start = row * stride + column;
      const sum = dot(elements, start, columns, own + column, row - column);
      columns[own + row] = -sum / (elements[row * stride + row] ?? 0);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const own = row * size + row;
    for (let column = 0; column <= row; column++)
      inverse[row * size + column] = dot(columns, own, columns, column * size + row, size - row);
  }
  return inverse;
}

/** The product of two stretches, by four sums that do not wait for each other. */
function dot(
  one: Float64Array,
  from: number,
  other: Float64Array,
  start: number,
  length: number,
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    a += multiply(one, from + at, other, start + at);
    b += multiply(one, from + at + 1, other, start + at + 1);
    c += multiply(one, from + at + 2, other, start + at + 2);
    d += multiply(one, from + at + 3, other, start + at + 3);
  }
  for (; at < length; at++) a += multiply(one, from + at, other, start + at);
  return a + b + (c + d);
}

function multiply(one: Float64Array, at: number, other: Float64Array, place: number): number {
  return (one[at] ?? 0) * (other[place] ?? 0);
}
