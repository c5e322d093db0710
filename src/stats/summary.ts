import type { Objective, ParameterValue } from "../core/study.ts";
import { etaSquared, mean, quantile, sortNumbers } from "./moments.ts";
import { compareValues } from "./outcome.ts";
import type { RankedTrial } from "./rank.ts";

/** A parameter with more distinct numbers than this is summarised in bins of equal size. */
const MAX_SEPARATE_VALUES = 10;
const BINS = 4;

/** How the objective behaves where a parameter has one value, or lies in one bin. */
export interface ValueSummary {
  /** The value as text, or `low .. high`, both ends taken by some trial. */
  readonly label: string;
  /** Rows of the ranking: replicates count once. */
  readonly trials: number;
  /** In the objective's direction. */
  readonly best: number;
  readonly median: number;
  readonly mean: number;
}

export interface ParameterSummary {
  readonly name: string;
  /** Ascending by value. */
  readonly values: readonly ValueSummary[];
  /**
   * Eta squared: the share of the objective's variance between this parameter's values, one parameter
   * at a time, so that interactions do not show. Null when it cannot be told.
   */
  readonly etaSquared: number | null;
}

/** Parameters that take more than one value in the ranking, in the order given, others by name. */
export function varyingParameters(
  rows: readonly RankedTrial[],
  order: readonly string[],
): readonly string[] {
  const values = new Map<string, Set<ParameterValue | undefined>>(
    order.map((name) => [name, new Set()]),
  );
  const others = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))].sort();
  for (const name of others) if (!values.has(name)) values.set(name, new Set());
  for (const [name, seen] of values) for (const { params } of rows) seen.add(params[name]);
  return [...values].filter(([, seen]) => seen.size > 1).map(([name]) => name);
}

/** Summaries of the parameters that vary, the one that matters most first. */
export function summariseParameters(
  rows: readonly RankedTrial[],
  order: readonly string[],
  direction: Objective["direction"],
): readonly ParameterSummary[] {
  return varyingParameters(rows, order)
    .map((name) => summariseParameter(rows, name, direction))
    .sort((a, b) => (b.etaSquared ?? -1) - (a.etaSquared ?? -1));
}

interface Group {
  readonly label: string;
  readonly objectives: readonly number[];
}

function summariseParameter(
  rows: readonly RankedTrial[],
  name: string,
  direction: Objective["direction"],
): ParameterSummary {
  const groups = groupByValue(rows, name);
  return {
    name,
    etaSquared: etaSquared(groups.map(({ objectives }) => objectives)),
    values: groups.map(({ label, objectives }) => {
      const sorted = sortNumbers(objectives);
      return {
        label,
        trials: sorted.length,
        best: quantile(sorted, direction === "maximize" ? 1 : 0),
        median: quantile(sorted, 0.5),
        mean: mean(sorted),
      };
    }),
  };
}

/** Trials in which the parameter is not searched (its condition does not hold) stay out. */
function groupByValue(rows: readonly RankedTrial[], name: string): readonly Group[] {
  const byValue = new Map<ParameterValue, number[]>();
  for (const { params, objective } of rows) {
    const value = params[name];
    if (value === undefined) continue;
    const objectives = byValue.get(value);
    if (objectives === undefined) byValue.set(value, [objective]);
    else objectives.push(objective);
  }
  const sorted = [...byValue].sort(([a], [b]) => compareValues(a, b));
  const numeric = sorted.every(([value]) => typeof value === "number");
  return numeric && sorted.length > MAX_SEPARATE_VALUES
    ? binValues(sorted as [number, number[]][])
    : sorted.map(([value, objectives]) => ({ label: String(value), objectives }));
}

/** Bins with about as many trials each; equal values never part. */
function binValues(sorted: readonly (readonly [number, readonly number[]])[]): readonly Group[] {
  const total = sorted.reduce((sum, [, objectives]) => sum + objectives.length, 0);
  const bins = Array.from({ length: BINS }, () => ({
    values: [] as number[],
    objectives: [] as number[],
  }));
  let before = 0;
  for (const [value, objectives] of sorted) {
    const bin = bins[Math.floor((before / total) * BINS)];
    bin?.values.push(value);
    for (const objective of objectives) bin?.objectives.push(objective);
    before += objectives.length;
  }
  return bins
    .filter(({ values }) => values.length > 0)
    .map(({ values, objectives }) => ({
      label: `${values[0]} .. ${values.at(-1)}`,
      objectives,
    }));
}
