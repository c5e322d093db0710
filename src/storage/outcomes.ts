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
 * @param settingOf what the setting of a trial counts as, by its hash and the trial's epochs
 */
export function readTrialTable(
  database: StudyDatabase,
  settingOf: (hash: string, epochs: number) => string = (hash) => hash,
): TrialTable {
  // There may be very many: a row at a time, its columns by place, and in the order in which they lie.
  const rows = database
    .prepare(
      `SELECT trials.trial, number, trial_id, params, epochs, setting,
              result_id, state, metrics, holdout_correct, holdout_count, model_parameters, seconds,
              peak_memory_mib, cpu_seconds, failure_kind
       FROM trials NOT INDEXED LEFT JOIN results ON results.trial = trials.trial
         AND +result_id IN (SELECT result_id FROM counted_results)`,
    )
    .raw()
    .iterate() as IterableIterator<[...PlannedColumns, ...MeasuredColumns]>;
  const table = new TrialTable();
  for (const row of rows)
    table.add({
      key: row[0],
      number: row[1],
      trialId: row[2],
      params: row[3],
      epochs: row[4],
      setting: settingOf(row[5], row[4]),
      resultKey: row[6],
      state: row[7] ?? "waiting",
      metrics: row[8],
      correct: row[9],
      count: row[10],
      modelParameters: row[11],
      seconds: row[12],
      peakMemoryMiB: row[13],
      cpuSeconds: row[14],
      failure: row[15],
    });
  return table;
}

type PlannedColumns = [
  trial: number,
  number: number,
  trialId: string,
  params: string,
  epochs: number,
  setting: string,
];

/** All null where no result counts. */
type MeasuredColumns = [
  resultId: number | null,
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

/** Of every result that counts when it began and ended, in seconds since 1970, by its key. */
export function readMoments(
  database: StudyDatabase,
): ReadonlyMap<number, { readonly start: number; readonly end: number }> {
  const rows = database
    .prepare(
      "SELECT result_id, started_at, seconds FROM counted_results JOIN results USING (result_id)",
    )
    .raw()
    .iterate() as IterableIterator<[number, string, number]>;
  const moments = new Map<number, { start: number; end: number }>();
  for (const [resultKey, startedAt, seconds] of rows) {
    const start = Date.parse(startedAt) / 1000;
    moments.set(resultKey, { start, end: start + seconds });
  }
  return moments;
}

/** What a failed result says. */
export function createFailureReader(database: StudyDatabase): (resultKey: number) => string {
  const read = database.prepare(
    "SELECT failure_message AS message, failure_stderr_tail AS stderrTail FROM results WHERE result_id = ?",
  );
  return (resultKey) => {
    const said = read.get(resultKey) as
      { readonly message: string | null; readonly stderrTail: string | null } | undefined;
    return explainFailure({ message: said?.message ?? "", stderrTail: said?.stderrTail ?? "" });
  };
}

/** The stored hold-out predictions of a result, one class a row; null where it told none. */
export function createPredictionReader(
  database: StudyDatabase,
): (resultKey: number) => Uint8Array | null {
  const read = database
    .prepare("SELECT holdout_predictions FROM details WHERE result_id = ?")
    .pluck();
  return (resultKey) => (read.get(resultKey) as Uint8Array | null | undefined) ?? null;
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

/** The last step that complete trials tell, by the key of the result that counts; none for those that tell no steps. */
export function readLastSteps(database: StudyDatabase): ReadonlyMap<number, number> {
  const rows = database
    .prepare(
      `SELECT result_id, json_extract(history, '$[#-1].step') AS step
       FROM counted_results JOIN results USING (result_id) JOIN details USING (result_id)
       WHERE state = 'complete' AND step IS NOT NULL`,
    )
    .raw()
    .all() as [number, number][];
  return new Map(rows);
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
