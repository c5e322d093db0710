import {
  factorize,
  solve as solveTriangle,
  solveLower,
  type Triangle,
} from "../../samplers/gp/cholesky.ts";

/** Penalties that are tried; under the last one only the mean is left. */
const PENALTIES = [0.1, 0.3, 1, 3, 10, 30, 100, Infinity];
/** A row that alone decides about its own value cannot be judged without itself. */
const LEAST_REST = 1e-9;

/** A fitted line: what is left of the targets, and how sure it is of a row. */
export interface RidgeFit {
  readonly predict: (row: Float64Array) => number;
  /** Variance of `predict` over that of the noise. */
  readonly doubt: (row: Float64Array) => number;
  /** Of each row. */
  readonly leverages: Float64Array;
  /** Numbers that were fitted, the mean among them: the trace of the hat matrix. */
  readonly fitted: number;
}

interface Level {
  /** Of X'X + penalty I; null: only the mean. */
  readonly triangle: Triangle | null;
  readonly leverages: Float64Array;
}

interface Tried {
  readonly level: Level;
  readonly coefficients: Float64Array;
}

/**
 * Ridge regression on the same rows for any targets (Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal
 * problems", Technometrics 12, 1970). The mean is not shrunk. The penalty is the one with the least squared error of each row
 * predicted without itself (PRESS: Allen, Technometrics 16, 1974).
 */
export class Ridge {
  readonly #means: Float64Array;
  readonly #rows: readonly Float64Array[];
  readonly #levels: readonly Level[];

  /**
   * @param rows at least one, all equally long
   * @param most numbers that may be fitted, the mean among them; the mean always is
   */
  constructor(rows: readonly Float64Array[], most: number) {
    this.#means = averageOf(rows);
    this.#rows = rows.map((row) => this.#centre(row));
    const width = this.#means.length;
    const gram = multiplyWithItself(this.#rows, width);
    this.#levels = PENALTIES.slice(width === 0 ? -1 : 0).flatMap((penalty) =>
      this.#prepare(gram, penalty).filter(
        ({ triangle, leverages }) => triangle === null || sum(leverages) <= most,
      ),
    );
  }

  #centre(row: Float64Array): Float64Array {
    return row.map((value, at) => value - (this.#means[at] ?? 0));
  }

  #prepare(gram: Float64Array, penalty: number): Level[] {
    const width = this.#means.length;
    const share = 1 / this.#rows.length;
    if (penalty === Infinity)
      return [{ triangle: null, leverages: Float64Array.from(this.#rows, () => share) }];
    const matrix = gram.map((value, at) => (at % (width + 1) === 0 ? value + penalty : value));
    const triangle = factorize(matrix, width);
    if (triangle === null) return [];
    const leverages = this.#rows.map((row) => share + distanceOf(triangle, row));
    return [{ triangle, leverages: Float64Array.from(leverages) }];
  }

  fit(targets: Float64Array): RidgeFit {
    const mean = sum(targets) / targets.length;
    const centred = targets.map((target) => target - mean);
    const product = this.#multiply(centred);
    let best: (Tried & { readonly error: number }) | undefined;
    for (const level of this.#levels) {
      const { triangle } = level;
      const coefficients =
        triangle === null ? new Float64Array(product.length) : solveTriangle(triangle, product);
      const error = this.#judge(centred, { level, coefficients });
      // Of equally good ones the simpler.
      if (best === undefined || error <= best.error) best = { level, coefficients, error };
    }
    if (best === undefined) throw new Error("no penalty was tried");
    return this.#describe(mean, best);
  }

  /** X'y */
  #multiply(centred: Float64Array): Float64Array {
    const product = new Float64Array(this.#means.length);
    for (const [place, row] of this.#rows.entries()) {
      const target = centred[place] ?? 0;
      for (const [at, value] of row.entries()) product[at] = (product[at] ?? 0) + value * target;
    }
    return product;
  }

  /** Sum of the squared errors of each row predicted without itself. */
  #judge(centred: Float64Array, { level, coefficients }: Tried): number {
    let error = 0;
    for (const [place, row] of this.#rows.entries()) {
      const left = (centred[place] ?? 0) - multiply(coefficients, row);
      error += (left / Math.max(LEAST_REST, 1 - (level.leverages[place] ?? 0))) ** 2;
    }
    return error;
  }

  #describe(mean: number, { level: { triangle, leverages }, coefficients }: Tried): RidgeFit {
    const share = 1 / this.#rows.length;
    return {
      leverages,
      fitted: sum(leverages),
      predict: (row) => mean + multiply(coefficients, this.#centre(row)),
      doubt: (row) => share + (triangle === null ? 0 : distanceOf(triangle, this.#centre(row))),
    };
  }
}

function averageOf(rows: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows)
    for (const [at, value] of row.entries()) sums[at] = (sums[at] ?? 0) + value;
  return sums.map((sum) => sum / rows.length);
}

/** X'X, row after row. */
function multiplyWithItself(rows: readonly Float64Array[], width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (const row of rows)
    for (let at = 0; at < width; at++) {
      const value = row[at] ?? 0;
      if (value === 0) continue;
      for (let other = 0; other < width; other++)
        gram[at * width + other] = (gram[at * width + other] ?? 0) + value * (row[other] ?? 0);
    }
  return gram;
}

/** x' (L L')^-1 x */
function distanceOf(triangle: Triangle, row: Float64Array): number {
  const solved = row.slice();
  solveLower(triangle, solved);
  return multiply(solved, solved);
}

function sum(values: Float64Array): number {
  return values.reduce((total, each) => total + each, 0);
}

function multiply(one: Float64Array, other: Float64Array): number {
  let total = 0;
  for (const [at, value] of one.entries()) total += value * (other[at] ?? 0);
  return total;
}
