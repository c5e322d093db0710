import type { FailureKind, ResultState } from "../core/trial.ts";
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

/** Every result, by trial number and attempt; of one attempt in the order in which they began. */
export function readPageAttempts(database: StudyDatabase): readonly PageAttempt[] {
  const rows = database
    .prepare(
      `SELECT trial_id AS trialId, attempt, file, state, started_at AS startedAt, seconds,
              cpu_seconds AS cpuSeconds, peak_memory_mib AS peakMemoryMiB, host, job, warnings,
              early_end_reason AS earlyEnd, numerics, bsweep,
              result_id IN (SELECT result_id FROM counted_results) AS counts
       FROM results JOIN trials USING (trial)
       ORDER BY number, trial_id, attempt, started_at, file`,
    )
    .iterate() as IterableIterator<Omit<PageAttempt, "counts"> & { counts: number | boolean }>;
  return Array.from(rows, (row) => {
    row.counts = row.counts === 1;
    return row as PageAttempt;
  });
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

/** What is large of the results that count, one after another, in no order: all of it would not fit in memory. */
export function* iterateDetails(database: StudyDatabase): Iterable<{
  readonly trialId: string;
  readonly history: string;
  readonly predictions: Buffer | null;
}> {
  const rows = database
    .prepare(
      `SELECT trial_id, history, holdout_predictions
       FROM counted_results JOIN details USING (result_id) JOIN results USING (result_id)
         JOIN trials USING (trial)`,
    )
    .raw()
    .iterate() as IterableIterator<[string, string, Buffer | null]>;
  for (const [trialId, history, predictions] of rows) yield { trialId, history, predictions };
}
