import { groupBy } from "../core/objects.ts";
import { type FailureKind, TRIAL_STATES, type TrialState } from "../core/trial.ts";
import type { Measurements } from "./measurements.ts";
import type { TrialTable } from "./trial-table.ts";

export interface FailureSummary {
  readonly kind: FailureKind;
  readonly trials: number;
  /** The failed trial with the lowest number, and what it said. */
  readonly example: { readonly number: number; readonly message: string };
}

/** A setting in which trials were planned (core/setting.ts). */
export interface SettingSummary {
  readonly setting: string;
  /** In which it differs from the study's present one, in words; empty for that. */
  readonly differences: readonly string[];
  readonly trials: number;
  readonly complete: number;
  /** Whether its trials stand in the ranking. */
  readonly ranked: boolean;
}

export type ReportedSetting = Pick<SettingSummary, "setting" | "differences">;

/** Trials by state, replicates counted one by one. */
export type TrialCounts = Readonly<Record<TrialState, number>> & {
  /** All of them. */
  readonly planned: number;
  /** Complete, yet without the metric the study ranks by. */
  readonly unranked: number;
};

export function countSetting(
  summary: ReportedSetting,
  { settings, states }: TrialTable,
  ranked: boolean,
): SettingSummary {
  let [trials, complete] = [0, 0];
  for (const [row, setting] of settings.entries()) {
    if (setting !== summary.setting) continue;
    trials += 1;
    if (states[row] === "complete") complete += 1;
  }
  return { ...summary, trials, complete, ranked };
}

export function countTrials(
  rows: Int32Array,
  { states }: TrialTable,
  { objective }: Measurements,
): TrialCounts {
  const counts = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<
    TrialState,
    number
  >;
  let unranked = 0;
  for (const row of rows) {
    const state = states[row] ?? "waiting";
    counts[state] += 1;
    if (state === "complete" && Number.isNaN(objective[row])) unranked += 1;
  }
  return { planned: rows.length, ...counts, unranked };
}

export function sharedHoldoutRows(rows: Int32Array, { counts }: TrialTable): number | null {
  const told = new Set([...rows].map((row) => counts[row] ?? NaN));
  told.delete(NaN);
  const [shared] = told;
  return told.size === 1 && shared !== undefined ? shared : null;
}

export function summariseFailures(
  rows: Int32Array,
  { numbers, failures }: TrialTable,
  explain: (row: number) => string,
): readonly FailureSummary[] {
  const byKind = groupBy(rows, (row) => failures[row] ?? null);
  return [...byKind]
    .flatMap(([kind, all]) => {
      const [first] = all;
      if (kind === null || first === undefined) return [];
      const example = { number: numbers[first] ?? NaN, message: explain(first) };
      return [{ kind, trials: all.length, example }];
    })
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}
