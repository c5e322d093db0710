import { randomFor, shuffle } from "../core/random.ts";

/** Which rows a trial trains on, stops on and is judged on. No row is in two of them. */
export interface Split {
  /** The same for every trial of a study, in ascending order. */
  readonly holdout: Int32Array;
  /** In ascending order; grows with the fraction and keeps what it had, so that trials are comparable. */
  readonly validation: Int32Array;
  readonly training: Int32Array;
}

interface SplitOptions {
  /** Fraction of all rows held out; at least one row is. */
  readonly holdout: number;
  /** Fraction of the other rows for validation. */
  readonly validation: number;
  readonly seed: number;
  /** So many of the other rows are used, the same ones whatever else is; absent, or more than there are: all. */
  readonly rows?: number | undefined;
}

/** How many of so many rows are held out: at least one. */
export function countHeldOut(rows: number, fraction: number): number {
  return Math.min(rows, Math.max(1, Math.round(rows * fraction)));
}

/**
 * Splits rows by their labels. All three parts are pieces of one stratified permutation, so each has the
 * classes in nearly the proportions of the whole. Fewer `rows` are among those of more, and the hold-out stays what it is.
 */
export function splitRows(labels: Uint8Array, options: SplitOptions): Split {
  const order = permuteStratified(labels, options.seed);
  const held = countHeldOut(labels.length, options.holdout);
  const used = Math.min(labels.length, held + (options.rows ?? Infinity));
  const validated = held + Math.round((used - held) * options.validation);
  return {
    holdout: order.slice(0, held).sort(),
    validation: order.slice(held, validated).sort(),
    training: order.slice(validated, used).sort(),
  };
}

/**
 * A permutation of the rows whose every prefix holds the classes in nearly the proportions of the
 * whole: each class is shuffled and its rows are spread evenly over [0, 1), then all are merged.
 */
export function permuteStratified(labels: Uint8Array, seed: number): Int32Array {
  const random = randomFor(seed, "split");
  const rowsByClass = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const rows = rowsByClass.get(label);
    if (rows === undefined) rowsByClass.set(label, [row]);
    else rows.push(row);
  }
  const position = new Float64Array(labels.length);
  for (const [, rows] of [...rowsByClass].sort(([a], [b]) => a - b)) {
    const offset = random.next();
    shuffle(rows, random).forEach((row, rank) => (position[row] = (rank + offset) / rows.length));
  }
  const order = Int32Array.from(labels.keys());
  return order.sort((a, b) => (position[a] ?? 0) - (position[b] ?? 0) || a - b);
}
