import type { ResultState } from "../core/trial.ts";
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
