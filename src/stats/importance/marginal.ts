import type { Objective } from "../../core/study.ts";
import { type Interval, mean, quantile } from "../moments.ts";
import { type Bin, binParameter } from "./bins.ts";
import type { SearchedParameter } from "./cell-grid.ts";
import { studentLimit } from "../normal.ts";

/** The ranked rows that have one value of a parameter, or one part of its range. */
export interface MarginalPoint {
  readonly bin: Bin;
  /** Rows, at least 1. */
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly best: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** 95 % of the mean, by Student's t: over rows that differ in everything else; null for a single row. */
  readonly interval: Interval | null;
}

/** Over all rows that have both values, whatever else they have. */
export interface PairTable {
  readonly rows: readonly Bin[];
  readonly columns: readonly Bin[];
  /** For each row of the table, for each of its columns; `mean` and `best` are null where nothing is. */
  readonly cells: readonly (readonly PairCell[])[];
}

export interface PairCell {
  readonly count: number;
  readonly mean: number | null;
  readonly best: number | null;
}

/**
 * The objective over the values of a parameter: only bins that rows are in, in the order of values.
 * @param objectives a row each; those that are not finite are left out
 */
export function drawMarginal(
  parameter: SearchedParameter,
  objectives: Float64Array,
  direction: Objective["direction"],
): readonly MarginalPoint[] {
  const { bins, binOfValue } = binParameter(parameter);
  const members = bins.map((): number[] => []);
  for (const [row, code] of parameter.column.codes.entries()) {
    const objective = objectives[row] ?? NaN;
    if (code >= 0 && Number.isFinite(objective)) members[binOfValue[code] ?? 0]?.push(objective);
  }
  return bins.flatMap((bin, at) => {
    const values = Float64Array.from(members[at] ?? []).sort();
    return values.length === 0 ? [] : [{ bin, ...describeValues(values, direction) }];
  });
}

/** @param ascending at least one */
function describeValues(ascending: Float64Array, direction: Objective["direction"]) {
  const [least = 0, most = 0] = [ascending[0], ascending.at(-1)];
  // In units of about the largest, neither sums nor squares overflow; a power of two changes no digit.
  const largest = Math.max(Math.abs(least), Math.abs(most));
  const exponent = Math.min(1023, Math.floor(Math.log2(largest)));
  const scale = largest === 0 ? 1 : Math.max(Number.MIN_VALUE, 2 ** exponent);
  const scaled = ascending.map((value) => value / scale);
  const at = (share: number): number => clampFinite(quantile(scaled, share) * scale);
  return {
    count: ascending.length,
    mean: clampFinite(mean(scaled) * scale),
    median: at(0.5),
    best: direction === "maximize" ? most : least,
    lowerQuartile: at(0.25),
    upperQuartile: at(0.75),
    interval: meanInterval(scaled, scale),
  };
}

function meanInterval(scaled: Float64Array, scale: number): Interval | null {
  const count = scaled.length;
  if (count < 2) return null;
  const centre = mean(scaled);
  const variance = scaled.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  const half = studentLimit(count - 1) * Math.sqrt(variance / count);
  return { low: clampFinite((centre - half) * scale), high: clampFinite((centre + half) * scale) };
}

function clampFinite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

/** What a heat map of two parameters shows. */
export function tabulatePair(
  [one, other]: readonly [SearchedParameter, SearchedParameter],
  objectives: Float64Array,
  direction: Objective["direction"],
): PairTable {
  const [rows, columns] = [binParameter(one), binParameter(other)];
  const members = rows.bins.map(() => columns.bins.map((): number[] => []));
  for (const [at, code] of one.column.codes.entries()) {
    const otherCode = other.column.codes[at] ?? -1;
    const objective = objectives[at] ?? NaN;
    if (code < 0 || otherCode < 0 || !Number.isFinite(objective)) continue;
    members[rows.binOfValue[code] ?? 0]?.[columns.binOfValue[otherCode] ?? 0]?.push(objective);
  }
  const cells = members.map((row) =>
    row.map((values) => {
      const ascending = Float64Array.from(values).sort();
      if (ascending.length === 0) return { count: 0, mean: null, best: null };
      const { count, mean: average, best } = describeValues(ascending, direction);
      return { count, mean: average, best };
    }),
  );
  return { rows: rows.bins, columns: columns.bins, cells };
}
