import { groupBy } from "../core/objects.ts";
import type { Objective, Parameters, ParameterValue } from "../core/study.ts";
import { type Importance, measureImportance } from "./importance.ts";
import { mean, quantile, sortNumbers } from "./moments.ts";
import { compareValues } from "./outcome.ts";
import type { RankedTrial } from "./rank.ts";

/** A parameter with more distinct numbers than this is summarised in bins of equal size. */
const MAX_SEPARATE_VALUES = 10;
const BINS = 4;

/** How the objective behaves where a parameter has one value, or lies in one bin. */
interface ValueSummary {
  /** The value as text, or `low .. high`, both ends taken by some trial. */
  readonly label: string;
  /** Rows of the ranking: replicates count once. */
  readonly trials: number;
  /** Trials that failed, replicates one by one. */
  readonly failed: number;
  /** In the objective's direction; null, as the others, where no trial is ranked. */
  readonly best: number | null;
  readonly median: number | null;
  readonly mean: number | null;
}

export interface ParameterSummary {
  readonly name: string;
  /** Ascending by value. */
  readonly values: readonly ValueSummary[];
  /** Null when it cannot be told. */
  readonly importance: Importance | null;
}

/** Parameters that take more than one value in the ranking, in the order given, others by name. */
export function varyingParameters(
  rows: readonly Pick<RankedTrial, "params">[],
  order: readonly string[],
): readonly string[] {
  const others = new Set<string>();
  for (const { params } of rows) for (const name of Object.keys(params)) others.add(name);
  return [...new Set([...order, ...[...others].sort()])].filter((name) =>
    rows.some(({ params }) => params[name] !== rows[0]?.params[name]),
  );
}

/** Summaries of the parameters that vary, the one that matters most first. */
export function summariseParameters(
  rows: readonly RankedTrial[],
  failed: readonly Parameters[],
  order: readonly string[],
  direction: Objective["direction"],
): readonly ParameterSummary[] {
  const names = varyingParameters([...rows, ...failed.map((params) => ({ params }))], order);
  const groupings = names.map((name) => groupByValue(rows, failed, name));
  const objectives = rows.map(({ objective }) => objective);
  const importance = measureImportance(
    objectives,
    groupings.map((groups) => placeRows(groups, rows.length)),
  );
  return names
    .map((name, place) => ({
      name,
      importance: importance[place] ?? null,
      values: (groupings[place] ?? []).map((group) => describeGroup(group, objectives, direction)),
    }))
    .sort((a, b) => (b.importance?.share ?? -1) - (a.importance?.share ?? -1));
}

/** Trials of a value, or of a bin of values. */
interface Group {
  readonly label: string;
  /** Places in the ranking. */
  readonly rows: readonly number[];
  readonly failed: number;
}

function placeRows(groups: readonly Group[], length: number): Int32Array {
  const places = new Int32Array(length).fill(-1);
  for (const [group, { rows }] of groups.entries()) for (const row of rows) places[row] = group;
  return places;
}

function describeGroup(
  { label, rows, failed }: Group,
  objectives: readonly number[],
  direction: Objective["direction"],
): ValueSummary {
  const sorted = sortNumbers(rows.map((row) => objectives[row] ?? NaN));
  if (sorted.length === 0)
    return { label, trials: 0, failed, best: null, median: null, mean: null };
  return {
    ...{ label, failed, trials: sorted.length },
    best: quantile(sorted, direction === "maximize" ? 1 : 0),
    median: quantile(sorted, 0.5),
    mean: mean(sorted),
  };
}

/** What trials a value has. */
type Taken = Omit<Group, "label">;

/** Trials in which the parameter is not searched (its condition does not hold) stay out. */
function groupByValue(
  rows: readonly RankedTrial[],
  failed: readonly Parameters[],
  name: string,
): readonly Group[] {
  const taken = new Map<ParameterValue, { rows: number[]; failed: number }>();
  const takenBy = (value: ParameterValue) => {
    const known = taken.get(value) ?? { rows: [], failed: 0 };
    if (known.rows.length + known.failed === 0) taken.set(value, known);
    return known;
  };
  for (const [place, { params }] of rows.entries())
    if (params[name] !== undefined) takenBy(params[name]).rows.push(place);
  for (const params of failed) if (params[name] !== undefined) takenBy(params[name]).failed += 1;
  const sorted = [...taken].sort(([a], [b]) => compareValues(a, b));
  const isNumeric = sorted.every(([value]) => typeof value === "number");
  return isNumeric && isScattered(sorted)
    ? binValues(sorted as [number, Taken][])
    : sorted.map(([value, taken]) => ({ label: String(value), ...taken }));
}

/** Whether a row for each value would say little: there are many of them, or they have hardly more than a trial each. */
function isScattered(sorted: readonly (readonly [unknown, Taken])[]): boolean {
  const trials = sorted.reduce((sum, [, { rows }]) => sum + rows.length, 0);
  return sorted.length > MAX_SEPARATE_VALUES || (trials >= 2 * BINS && trials < 2 * sorted.length);
}

/** Bins with about as many trials each; equal values never part. */
function binValues(sorted: readonly (readonly [number, Taken])[]): readonly Group[] {
  const size = ({ rows, failed }: Taken): number => rows.length + failed;
  const total = sorted.reduce((sum, [, taken]) => sum + size(taken), 0);
  let before = 0;
  const placed = sorted.map(([value, taken]) => {
    const bin = Math.floor((before / total) * BINS);
    before += size(taken);
    return { bin, value, ...taken };
  });
  return [...groupBy(placed, ({ bin }) => bin).values()].map((group) => ({
    label: [...new Set([group[0]?.value, group.at(-1)?.value])].join(" .. "),
    rows: group.flatMap(({ rows }) => rows),
    failed: group.reduce((sum, { failed }) => sum + failed, 0),
  }));
}
