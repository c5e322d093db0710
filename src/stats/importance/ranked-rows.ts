import type { Objective } from "../../core/study.ts";
import type { ParameterColumn } from "../parameter-column.ts";

/** Rows in an order that does not depend on the one they came in: the best first, equal ones by their parameters. */
export interface RankedRows {
  /** Ascending: the objectives, or what is opposite to them where more is better. Finite. */
  readonly losses: Float64Array;
  /** For each parameter, for each row, the place of its value; -1: it has none. */
  readonly codes: readonly Int32Array[];
}

/**
 * @param objectives a row each; a row whose objective is no finite number is left out, as Optuna does
 * @param columns in the order of the result's codes, which is the order that equal rows are compared in
 */
export function rankRows(
  columns: readonly ParameterColumn[],
  objectives: Float64Array,
  direction: Objective["direction"],
): RankedRows {
  const all = direction === "minimize" ? objectives : objectives.map((value) => -value);
  const order = Int32Array.from(all.keys())
    .filter((row) => Number.isFinite(all[row]))
    .sort((a, b) => (all[a] ?? 0) - (all[b] ?? 0) || compareCodes(columns, a, b));
  return {
    // No negative zero, which `maximize` would make of 0.
    losses: Float64Array.from(order, (row) => (all[row] ?? 0) + 0),
    codes: columns.map(({ codes }) => order.map((row) => codes[row] ?? -1)),
  };
}

function compareCodes(columns: readonly ParameterColumn[], a: number, b: number): number {
  for (const { codes } of columns) {
    const difference = (codes[a] ?? -1) - (codes[b] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The rows that count as the best. */
const TOP_SHARE = 0.1;

/**
 * How many rows, the best first, are the best tenth; those that are as good as its last one belong to it.
 * @param times how often each row counts, as many as there are in all; once if absent
 */
export function countTop(losses: Float64Array, times?: Int32Array): number {
  const wanted = Math.ceil(TOP_SHARE * losses.length);
  let end = 0;
  for (let passed = 0; passed < wanted && end < losses.length; end++) passed += times?.[end] ?? 1;
  while (end > 0 && end < losses.length && losses[end] === losses[end - 1]) end++;
  return end;
}

/**
 * Values moved and scaled so that squares of them overflow nowhere, in [-1, 1].
 * @param ascending finite
 * @returns null when they are all equal
 */
export function standardize(ascending: Float64Array): Float64Array | null {
  // Halves first: the ends may lie further apart than a double can hold.
  const [least = 0, most = 0] = [ascending[0], ascending.at(-1)];
  const half = most / 2 - least / 2;
  if (!(most > least)) return null;
  if (half === 0) return ascending.map((value) => (value === least ? 0 : 1));
  return ascending.map((value) => (value / 2 - least / 2) / half);
}
