import type { FailureKind, ResultState } from "../core/trial.ts";
import type { AttemptRecord } from "../stats/ledger/attempt.ts";
import type { StudyDatabase } from "./database.ts";

/** What the database knows of an attempt's cost, and where it ran. */
export interface AttemptCost extends Omit<
  AttemptRecord,
  "element" | "request" | "submitted" | "group" | "objective"
> {
  /** Scheduler's id; "" outside one. */
  readonly job: string;
}

type CostColumns = [
  trialId: string,
  number: number,
  attempt: number,
  epochs: number,
  file: string,
  state: ResultState,
  failure: FailureKind | null,
  lastStep: number | null,
  startedAt: string,
  seconds: number,
  cpuSeconds: number | null,
  peakMemoryMiB: number | null,
  job: string,
  counts: number,
];

/** Every result, in no order. */
export function readAttemptCosts(database: StudyDatabase): readonly AttemptCost[] {
  const rows = database
    .prepare(
      `SELECT trial_id, number, attempt, epochs, file, state, failure_kind, early_end_step, started_at,
              seconds, cpu_seconds, peak_memory_mib, job,
              result_id IN (SELECT result_id FROM counted_results)
       FROM results JOIN trials USING (trial)`,
    )
    .raw()
    .iterate() as IterableIterator<CostColumns>;
  return Array.from(rows, toCost);
}

function toCost(row: CostColumns): AttemptCost {
  return {
    trialId: row[0],
    number: row[1],
    attempt: row[2],
    epochs: row[3],
    file: row[4],
    state: row[5],
    failure: row[6],
    lastStep: row[7],
    start: Date.parse(row[8]),
    seconds: row[9],
    cpuSeconds: row[10],
    peakMemoryMiB: row[11],
    job: row[12],
    counts: row[13] === 1,
  };
}
