import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, ResultState } from "../core/trial.ts";
import type { AttemptRecord } from "../stats/ledger/attempt.ts";
import type { StudyDatabase } from "./database.ts";

/** What the database knows of an attempt's cost, and where it ran. */
export interface AttemptCost extends Omit<AttemptRecord, "element" | "request" | "submitted"> {
  /** Hash of the setting it was planned in. */
  readonly setting: string;
  /** Scheduler's id; "" outside one. */
  readonly job: string;
}

type PlannedColumns = [
  trialId: string,
  number: number,
  attempt: number,
  params: string,
  epochs: number,
  setting: string,
];

type MeasuredColumns = [
  file: string,
  state: ResultState,
  metrics: string,
  failure: FailureKind | null,
  lastStep: number | null,
  startedAt: string,
  seconds: number,
  cpuSeconds: number | null,
  peakMemoryMiB: number | null,
  job: string,
  counts: number,
];

/**
 * Every result, by trial number, attempt and file.
 * @param metric the study's objective: rounds may have been planned with another one
 */
export function readAttemptCosts(database: StudyDatabase, metric: string): readonly AttemptCost[] {
  const rows = database
    .prepare(
      `SELECT trial_id, number, attempt, params, epochs, setting, file, state, metrics, failure_kind,
              early_end_step, started_at, seconds, cpu_seconds, peak_memory_mib, job,
              result_id IN (SELECT result_id FROM counted_results)
       FROM results JOIN trials USING (trial)
       ORDER BY number, attempt, file`,
    )
    .raw()
    .iterate() as IterableIterator<[...PlannedColumns, ...MeasuredColumns]>;
  return Array.from(rows, (row) => toCost(row, metric));
}

function toCost(row: [...PlannedColumns, ...MeasuredColumns], metric: string): AttemptCost {
  const [trialId, number, attempt, params, epochs, setting, ...measured] = row;
  const [file, state, metrics, failure, lastStep, startedAt, seconds, ...more] = measured;
  const [cpuSeconds, peakMemoryMiB, job, counts] = more;
  return {
    trialId,
    number,
    attempt,
    params: JSON.parse(params) as Parameters,
    epochs,
    setting,
    file,
    state,
    objective: state === "complete" ? valueOf(JSON.parse(metrics) as Metrics, metric) : null,
    failure,
    lastStep,
    start: Date.parse(startedAt),
    seconds,
    cpuSeconds,
    peakMemoryMiB,
    job,
    counts: counts === 1,
  };
}

function valueOf(metrics: Metrics, name: string): number | null {
  return Object.hasOwn(metrics, name) ? (metrics[name] ?? null) : null;
}
