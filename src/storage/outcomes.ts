import {
  explainFailure,
  type FailureKind,
  type ResultState,
  type StepRecord,
} from "../core/trial.ts";
import type { Disagreement } from "../stats/outcome.ts";
import { TrialTable } from "../stats/trial-table.ts";
import type { StudyDatabase } from "./database.ts";

/**
 * Every planned trial with the result that counts.
 * @param settingOf what the setting of a trial counts as, by its hash
 */
export function readTrialTable(
  database: StudyDatabase,
  settingOf: (hash: string) => string = (hash) => hash,
): TrialTable {
  // There may be very many: a row at a time, its columns by place, and in the order in which they lie.
  const rows = database
    .prepare(
      `SELECT number, trial_id, params, epochs, setting,
              state, metrics, holdout_correct, holdout_count, model_parameters, seconds,
              peak_memory_mib, cpu_seconds, failure_kind
       FROM trials NOT INDEXED LEFT JOIN results ON results.trial = trials.trial
         AND +result_id IN (SELECT result_id FROM counted_results)`,
    )
    .raw()
    .iterate() as IterableIterator<[...PlannedColumns, ...MeasuredColumns]>;
  const table = new TrialTable();
  for (const row of rows)
    table.add({
      number: row[0],
      trialId: row[1],
      params: row[2],
      epochs: row[3],
      setting: settingOf(row[4]),
      state: row[5] ?? "waiting",
      metrics: row[6],
      correct: row[7],
      count: row[8],
      modelParameters: row[9],
      seconds: row[10],
      peakMemoryMiB: row[11],
      cpuSeconds: row[12],
      failure: row[13],
    });
  return table;
}

type PlannedColumns = [
  number: number,
  trialId: string,
  params: string,
  epochs: number,
  setting: string,
];

/** All null where no result counts. */
type MeasuredColumns = [
  state: ResultState | null,
  metrics: string | null,
  correct: number | null,
  count: number | null,
  modelParameters: number | null,
  seconds: number | null,
  peakMemoryMiB: number | null,
  cpuSeconds: number | null,
  kind: FailureKind | null,
];

/** Of every trial when the result that counts began and ended, in seconds since 1970, by trial id. */
export function readMoments(
  database: StudyDatabase,
): ReadonlyMap<string, { readonly start: number; readonly end: number }> {
  const rows = database
    .prepare(
      `SELECT trial_id, started_at, seconds
       FROM counted_results JOIN results USING (result_id) JOIN trials USING (trial)`,
    )
    .raw()
    .iterate() as IterableIterator<[string, string, number]>;
  const moments = new Map<string, { start: number; end: number }>();
  for (const [trialId, startedAt, seconds] of rows) {
    const start = Date.parse(startedAt) / 1000;
    moments.set(trialId, { start, end: start + seconds });
  }
  return moments;
}

/** What the result that counts of a failed trial says. */
export function createFailureReader(database: StudyDatabase): (trialId: string) => string {
  const read = database.prepare(
    `SELECT failure_message AS message, failure_stderr_tail AS stderrTail
     FROM trials JOIN results USING (trial) JOIN counted_results USING (result_id) WHERE trial_id = ?`,
  );
  return (trialId) => {
    const said = read.get(trialId) as
      { readonly message: string | null; readonly stderrTail: string | null } | undefined;
    return explainFailure({ message: said?.message ?? "", stderrTail: said?.stderrTail ?? "" });
  };
}

/** The stored hold-out predictions of a trial's result that counts, one class a row; null where it told none. */
export function createPredictionReader(
  database: StudyDatabase,
): (trialId: string) => Uint8Array | null {
  const read = database
    .prepare(
      `SELECT holdout_predictions
       FROM trials JOIN results USING (trial) JOIN counted_results USING (result_id) JOIN details USING (result_id)
       WHERE trial_id = ?`,
    )
    .pluck();
  return (trialId) => (read.get(trialId) as Uint8Array | null | undefined) ?? null;
}

/** What the trials' results that count measured on the way, by trial id. */
export function readHistories(database: StudyDatabase): ReadonlyMap<string, readonly StepRecord[]> {
  const rows = database
    .prepare(
      `SELECT trial_id, history FROM counted_results JOIN results USING (result_id)
         JOIN details USING (result_id) JOIN trials USING (trial)`,
    )
    .raw()
    .all() as [string, string][];
  return new Map(rows.map(([trialId, history]) => [trialId, JSON.parse(history) as StepRecord[]]));
}

/** Disagreements within one numerics fingerprint, by trial number; across fingerprints nothing is promised. */
export function readDisagreements(database: StudyDatabase): readonly Disagreement[] {
  return database
    .prepare(
      `SELECT number, min(objective) AS lowest, max(objective) AS highest
       FROM results JOIN trials USING (trial)
       WHERE state = 'complete' AND numerics IS NOT NULL
         AND trial IN (SELECT trial FROM results GROUP BY trial HAVING count(*) > 1)
       GROUP BY trial, numerics HAVING lowest < highest ORDER BY number, numerics`,
    )
    .all() as Disagreement[];
}
