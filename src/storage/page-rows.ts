import type { FailureKind, ResultState } from "../core/trial.ts";
import type { TrialTable } from "../stats/trial-table.ts";
import type { StudyDatabase } from "./database.ts";

/** One result, without what it measured. */
export interface PageAttempt {
  readonly trialId: string;
  readonly attempt: number;
  /** Below results/<study>. */
  readonly file: string;
  readonly state: ResultState;
  readonly counts: boolean;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakMemoryMiB: number | null;
  readonly host: string;
  readonly job: string;
  /** JSON: sentences. */
  readonly warnings: string;
  /** Why it was pruned or skipped; null for others. */
  readonly earlyEnd: string | null;
  /** Canonical JSON; null where none was told. */
  readonly numerics: string | null;
  readonly bsweep: string;
}

type AttemptColumns = [
  resultId: number,
  trial: number,
  attempt: number,
  file: string,
  state: ResultState,
  startedAt: string,
  seconds: number,
  cpuSeconds: number | null,
  peakMemoryMiB: number | null,
  host: string,
  job: string,
  warnings: string,
  earlyEnd: string | null,
  numerics: string | null,
  bsweep: string,
];

/**
 * Every result, by trial number and attempt; of one attempt in the order in which they began.
 * @param table of all trials
 */
export function readPageAttempts(
  database: StudyDatabase,
  table: TrialTable,
): readonly PageAttempt[] {
  const rows = database
    .prepare(
      `SELECT result_id, trial, attempt, file, state, started_at, seconds, cpu_seconds,
              peak_memory_mib, host, job, warnings, early_end_reason, numerics, bsweep FROM results`,
    )
    .raw()
    .iterate() as IterableIterator<AttemptColumns>;
  const places = new Int32Array(table.length);
  for (const [place, row] of table.listByNumber().entries()) places[row] = place;
  const placeOf = (trial: number): number => places[table.rowOfKey(trial)] ?? -1;
  return Array.from(rows, (row) => ({ row, place: placeOf(row[1]) }))
    .sort((a, b) => a.place - b.place || compareAttempts(a.row, b.row))
    .map(({ row }) => describeAttempt(row, table));
}

function compareAttempts(a: AttemptColumns, b: AttemptColumns): number {
  if (a[2] !== b[2]) return a[2] - b[2];
  if (a[5] !== b[5]) return a[5] < b[5] ? -1 : 1;
  return a[3] < b[3] ? -1 : 1;
}

function describeAttempt(row: AttemptColumns, table: TrialTable): PageAttempt {
  const trial = table.rowOfKey(row[1]);
  return {
    trialId: table.trialIds[trial] ?? "",
    attempt: row[2],
    file: row[3],
    state: row[4],
    counts: table.resultKeys[trial] === row[0],
    startedAt: row[5],
    seconds: row[6],
    cpuSeconds: row[7],
    peakMemoryMiB: row[8],
    host: row[9],
    job: row[10],
    warnings: row[11],
    earlyEnd: row[12],
    numerics: row[13],
    bsweep: row[14],
  };
}

/** What the result that counts of a failed trial says. */
export interface PageFailure {
  readonly trialId: string;
  readonly number: number;
  readonly kind: FailureKind;
  readonly message: string;
  /** The last lines that its program said; "" for none. */
  readonly stderrTail: string;
}

/** By trial number. */
export function readPageFailures(database: StudyDatabase): readonly PageFailure[] {
  return database
    .prepare(
      `SELECT trial_id AS trialId, number, failure_kind AS kind, failure_message AS message,
              coalesce(failure_stderr_tail, '') AS stderrTail
       FROM counted_results JOIN results USING (result_id) JOIN trials USING (trial)
       WHERE state = 'failed' ORDER BY number, trial_id`,
    )
    .all() as PageFailure[];
}

/** Of the trials that are not the first of their parameters, which one they are, from 1, by id. */
export function readReplicates(database: StudyDatabase): ReadonlyMap<string, number> {
  const rows = database
    .prepare("SELECT trial_id, replicate FROM trials WHERE replicate > 0")
    .raw()
    .all() as [string, number][];
  return new Map(rows);
}

/** What is large of all results, one after another, in no order: all of it would not fit in memory. */
export function* iterateDetails(database: StudyDatabase): Iterable<{
  readonly resultKey: number;
  readonly history: string;
  readonly predictions: Buffer | null;
}> {
  const rows = database
    .prepare("SELECT result_id, history, holdout_predictions FROM details")
    .raw()
    .iterate() as IterableIterator<[number, string, Buffer | null]>;
  for (const [resultKey, history, predictions] of rows) yield { resultKey, history, predictions };
}
