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
    let sum = elements[own + column] ?? 0;
    for (let at = 0; at < column; at++)
      sum -= (elements[own + at] ?? 0) * (elements[other + at] ?? 0);
    const value = sum / (elements[other + column] ?? 0);
    elements[own + column] = value;
    square += value * value;
  }
  return square;
}

/**
 * The triangle of the matrix with one row more, in the same array, which needs room for it.
 * @param row the new row of the matrix, its diagonal element last
 */
export function appendRow(triangle: Triangle, row: Float64Array): Triangle {
  const { size, stride, elements } = triangle;
  if (size >= stride) throw new RangeError(`no room for a row after ${size}`);
  const own = size * stride;
  elements.set(row.subarray(0, size + 1), own);
  const diagonal = row[size] ?? 0;
  const pivot = diagonal - reduceRow(elements, stride, size, own);
  elements[own + size] = Math.sqrt(Math.max(pivot, LEAST_PIVOT * diagonal));
  return { size: size + 1, stride, elements };
}

/** Solves L x = b in place. */
export function solveLower({ size, stride, elements }: Triangle, vector: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const own = row * stride;
    let sum = vector[row] ?? 0;
    for (let at = 0; at < row; at++) sum -= (elements[own + at] ?? 0) * (vector[at] ?? 0);
    vector[row] = sum / (elements[own + row] ?? 0);
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
      let sum = 0;
      for (let at = column; at < row; at++)
        sum -= (elements[row * stride + at] ?? 0) * (columns[own + at] ?? 0);
      columns[own + row] = sum / (elements[row * stride + row] ?? 0);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let at = row; at < size; at++)
        sum += (columns[row * size + at] ?? 0) * (columns[column * size + at] ?? 0);
      inverse[row * size + column] = sum;
    }
  }
  return inverse;
}
