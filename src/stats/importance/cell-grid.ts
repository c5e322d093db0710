import { distinctValues, keyOfValue } from "../../core/parameter-value.ts";
import { countValues } from "../../core/space/values.ts";
import type { Distribution, ParameterValue } from "../../core/study.ts";
import { compareValues } from "../outcome.ts";
import type { ParameterColumn } from "../parameter-column.ts";

/** A parameter of the ranked rows, with what was searched of it. */
export interface SearchedParameter {
  readonly column: ParameterColumn;
  /** Null where the study does not say, or not any more: what rows take stands for it then. */
  readonly distribution: Distribution | null;
}

/** A parameter cut into cells, which importance reckons with. */
export interface CellGrid {
  /** `range`: evenly spaced points between the ends, the nearest of which a value belongs to; `list`: a cell for each value. */
  readonly kind: "range" | "list";
  /** Whether cells follow one another: numbers do. */
  readonly isOrdered: boolean;
  /** For each cell the share of the search space it holds; their sum is 1. */
  readonly measures: Float64Array;
  /** For each value of the column its cell. */
  readonly cellOfValue: Int32Array;
}

/** Most points of a range, and most cells of a list that a forest tells apart. */
export const MOST_CELLS = 50;

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/**
 * The cells of a parameter, as Optuna's evaluator of PED-ANOVA has them (5.0: `scott_parzen_estimator.py`): each value of a
 * list; the steps of a range, if they are at most 50; else 50 points from end to end, in the logarithm where the range is
 * logarithmic, and for whole numbers in the logarithm as many as the range has bits, and one. Values that rows
 * take outside what is searched now widen it.
 */
export function cutIntoCells({ column, distribution }: SearchedParameter): CellGrid {
  const { values } = column;
  if (values.every((value) => typeof value === "number")) {
    const range = distribution ?? guessRange(values);
    if (range !== null && range.kind !== "categorical")
      return cutRange(cover(range, values), values);
  }
  const listed = distribution?.kind === "categorical" ? distribution.values : [];
  return cutList(distinctValues([...listed, ...values]).sort(compareValues), values);
}

/** Many different numbers are a range. */
function guessRange(values: readonly number[]): Range | null {
  const [low = 0, high = 0] = [values[0], values.at(-1)];
  return values.length > MOST_CELLS ? { kind: "real", low, high, log: false } : null;
}

function cover(range: Range, values: readonly number[]): Range {
  const low = Math.min(range.low, ...values.slice(0, 1));
  const high = Math.max(range.high, ...values.slice(-1));
  return { ...range, low, high, log: range.log && low > 0 };
}

function cutList(all: readonly ParameterValue[], values: readonly ParameterValue[]): CellGrid {
  const cells = new Map(all.map((value, cell) => [keyOfValue(value), cell]));
  return {
    kind: "list",
    isOrdered: all.every((value) => typeof value === "number"),
    measures: new Float64Array(all.length).fill(1 / all.length),
    cellOfValue: Int32Array.from(values, (value) => cells.get(keyOfValue(value)) ?? 0),
  };
}

function cutRange(range: Range, values: readonly number[]): CellGrid {
  const points = countPoints(range);
  if (points < 2) return cutList([range.low], values);
  const place = range.log ? Math.log : (value: number): number => value;
  // A width beyond what a double holds is halved.
  const [low, high] = [place(range.low), place(range.high)];
  const scale = Number.isFinite(high - low) ? 1 : 0.5;
  const gap = (high * scale - low * scale) / (points - 1);
  const cellOf = (value: number): number => {
    // Halfway between two points a value belongs to the lower one, as in Optuna.
    const cell = Math.ceil((place(value) * scale - low * scale) / gap - 0.5);
    return Math.min(points - 1, Math.max(0, cell));
  };
  const isStepped = countValues(range) === points;
  const measures = new Float64Array(points).fill(1 / (isStepped ? points : points - 1));
  // Without steps, a point at an end has half as much about it.
  if (!isStepped) measures[0] = measures[points - 1] = 0.5 / (points - 1);
  return { kind: "range", isOrdered: true, measures, cellOfValue: Int32Array.from(values, cellOf) };
}

function countPoints(range: Range): number {
  const { kind, low, high, log } = range;
  if (!(low < high)) return 1;
  if (kind === "integer" && log)
    return Math.min(MOST_CELLS, Math.ceil(Math.log(high - low + 1) / Math.log(2)) + 1);
  return Math.min(MOST_CELLS, countValues(range));
}
