import { groupBy } from "../core/objects.ts";
import { formatValue } from "../core/parameter-value.ts";
import type { Objective, ParameterValue } from "../core/study.ts";
import type { ParameterImportance } from "./importance/importance.ts";
import { mean, quantile } from "./moments.ts";
import type { ParameterColumn } from "./parameter-column.ts";
import { sortByGroup } from "./replicates.ts";

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
  readonly importance: ParameterImportance | null;
}

/**
 * Summaries of parameters, the one that explains most first.
 * @param columns of the parameters that vary: a row for each of the ranking, then one for each trial that failed
 * @param objectives of the rows of the ranking, best first
 * @param importance by name, of those of which it can be told
 */
export function summariseParameters(
  columns: readonly ParameterColumn[],
  objectives: Float64Array,
  direction: Objective["direction"],
  importance: ReadonlyMap<string, ParameterImportance>,
): readonly ParameterSummary[] {
  const shareOf = ({ importance: told }: ParameterSummary): number => told?.variance.share ?? -1;
  return columns
    .map((column): ParameterSummary => {
      const values = describeGroups(groupByValue(column, objectives.length), objectives, direction);
      return { name: column.name, importance: importance.get(column.name) ?? null, values };
    })
    .sort((a, b) => shareOf(b) - shareOf(a));
}

/** Rows by value, or by bin of values. */
interface Grouping {
  readonly groups: readonly { readonly label: string; readonly failed: number }[];
  /** For each row of the ranking, its group; -1: the row has no such parameter. */
  readonly places: Int32Array;
}

function describeGroups(
  { groups, places }: Grouping,
  objectives: Float64Array,
  direction: Objective["direction"],
): readonly ValueSummary[] {
  const byGroup = sortByGroup(places, groups.length);
  return groups.map((group, place) => {
    const rows = byGroup.places.subarray(byGroup.starts[place], byGroup.starts[place + 1]);
    const sorted = Float64Array.from(rows, (row) => objectives[row] ?? NaN);
    if (sorted.length === 0) return { ...group, trials: 0, best: null, median: null, mean: null };
    // Best first: what is maximised descends.
    if (direction === "maximize") sorted.reverse();
    return {
      ...{ ...group, trials: sorted.length },
      best: quantile(sorted, direction === "maximize" ? 1 : 0),
      median: quantile(sorted, 0.5),
      mean: mean(sorted),
    };
  });
}

/** One value, and how many trials have it. */
interface Taken {
  readonly value: ParameterColumn["values"][number];
  readonly trials: number;
  readonly failed: number;
}

/** Trials in which the parameter is not searched (its condition does not hold) stay out. */
function groupByValue({ values, codes }: ParameterColumn, ranked: number): Grouping {
  const trials = countCodes(codes.subarray(0, ranked), values.length);
  const failed = countCodes(codes.subarray(ranked), values.length);
  const taken = values.map((value, code): Taken => {
    return { value, trials: trials[code] ?? 0, failed: failed[code] ?? 0 };
  });
  const isNumeric = values.every((value) => typeof value === "number");
  const bins = isNumeric && isScattered(taken) ? binValues(taken) : taken.map((_, place) => place);
  const groups = groupBy(taken.keys(), (place) => bins[place] ?? 0);
  const groupOf = new Map([...groups.keys()].map((bin, group) => [bin, group]));
  const groupOfCode = bins.map((bin) => groupOf.get(bin) ?? -1);
  return {
    groups: [...groups.values()].map((all) => ({
      label: labelEnds(taken[all[0] ?? 0]?.value, taken[all.at(-1) ?? 0]?.value),
      failed: all.reduce((sum, place) => sum + (taken[place]?.failed ?? 0), 0),
    })),
    places: codes.subarray(0, ranked).map((code) => groupOfCode[code] ?? -1),
  };
}

function labelEnds(...ends: readonly (ParameterValue | undefined)[]): string {
  const shown = ends.map((value) => (value === undefined ? "" : formatValue(value)));
  return [...new Set(shown)].join(" .. ");
}

function countCodes(codes: Int32Array, length: number): Int32Array {
  const counts = new Int32Array(length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** Whether a row for each value would say little: there are many of them, or they have hardly more than a trial each. */
function isScattered(taken: readonly Taken[]): boolean {
  const trials = taken.reduce((sum, each) => sum + each.trials, 0);
  return taken.length > MAX_SEPARATE_VALUES || (trials >= 2 * BINS && trials < 2 * taken.length);
}

/** Bins with about as many trials each; equal values never part. */
function binValues(taken: readonly Taken[]): readonly number[] {
  const total = taken.reduce((sum, { trials, failed }) => sum + trials + failed, 0);
  let before = 0;
  return taken.map(({ trials, failed }) => {
    const bin = Math.floor((before / total) * BINS);
    before += trials + failed;
    return bin;
  });
}
