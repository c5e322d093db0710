import type { Parameters } from "../core/study.ts";
import type { Metrics } from "../core/trial.ts";
import type { AttemptRecord } from "../stats/ledger/attempt.ts";
import type { StudyDatabase } from "./database.ts";

/** What the database knows of an attempt's cost, and where it ran. */
export interface AttemptCost extends Omit<AttemptRecord, "element" | "request" | "submittedAt"> {
  /** Hash of the setting it was planned in. */
  readonly setting: string;
  /** Scheduler's id; "" outside one. */
  readonly job: string;
}

type Row = Omit<AttemptCost, "params" | "counts" | "objective"> & {
  readonly params: string;
  readonly metrics: string;
  readonly counts: number;
};

/**
 * Every result, by trial number, attempt and file.
 * @param metric the study's objective: rounds may have been planned with another one
 */
export function readAttemptCosts(database: StudyDatabase, metric: string): readonly AttemptCost[] {
  const rows = database
    .prepare(
      `SELECT trial_id AS trialId, number, attempt, params, metrics, epochs, setting, file, state,
              failure_kind AS failure, early_end_step AS lastStep, started_at AS startedAt, seconds,
              cpu_seconds AS cpuSeconds, peak_memory_mib AS peakMemoryMiB, job,
              result_id IN (SELECT result_id FROM counted_results) AS counts
       FROM results JOIN trials USING (trial)
       ORDER BY number, attempt, file`,
    )
    .iterate() as IterableIterator<Row>;
  return Array.from(rows, ({ params, metrics, counts, ...row }) => {
    const measured = JSON.parse(metrics) as Metrics;
    const isRanked = row.state === "complete" && Object.hasOwn(measured, metric);
    return {
      ...row,
      params: JSON.parse(params) as Parameters,
      counts: counts === 1,
      objective: isRanked ? (measured[metric] ?? null) : null,
    };
  });
}
