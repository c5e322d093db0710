import type { FailureKind, ResultState } from "../core/trial.ts";
import type { AttemptRecord } from "../stats/ledger/attempt.ts";
import type { TrialTable } from "../stats/trial-table.ts";
import type { PlannedAttempt } from "./attempts.ts";
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
  resultId: number,
  trial: number,
  attempt: number,
  file: string,
  state: ResultState,
  failure: FailureKind | null,
  lastStep: number | null,
  startedAt: string,
  seconds: number,
  cpuSeconds: number | null,
  peakMemoryMiB: number | null,
  job: string,
];

/** Every result, in no order. @param table of all trials */
export function readAttemptCosts(
  database: StudyDatabase,
  table: TrialTable,
): readonly AttemptCost[] {
  const rows = database
    .prepare(
      `SELECT result_id, trial, attempt, file, state, failure_kind, early_end_step, started_at,
              seconds, cpu_seconds, peak_memory_mib, job FROM results`,
    )
    .raw()
    .iterate() as IterableIterator<CostColumns>;
  return Array.from(rows, (row) => {
    const trial = table.rowOfKey(row[1]);
    return {
      trialId: table.trialIds[trial] ?? "",
      number: table.numbers[trial] ?? NaN,
      attempt: row[2],
      epochs: table.epochs[trial] ?? NaN,
      file: row[3],
      state: row[4],
      failure: row[5],
      lastStep: row[6],
      start: Date.parse(row[7]),
      seconds: row[8],
      cpuSeconds: row[9],
      peakMemoryMiB: row[10],
      job: row[11],
      counts: table.resultKeys[trial] === row[0],
    };
  });
}

/** One trial of one element that has left no result. */
export interface MissingAttempt extends PlannedAttempt {
  /** Whether its trial was tried again later. */
  readonly isReplaced: boolean;
  /** Whether its trial is complete. */
  readonly isComplete: boolean;
}

/** By round, array and index. */
export function readMissing(database: StudyDatabase): readonly MissingAttempt[] {
  const rows = database
    .prepare(
      `SELECT round, array, element_index AS "index", trial_id AS trialId, number, attempt,
              attempt < (SELECT max(attempt) FROM elements WHERE trial = one.trial) AS isReplaced,
              EXISTS (SELECT 1 FROM results WHERE trial = one.trial AND state = 'complete') AS isComplete
       FROM elements AS one JOIN trials USING (trial)
       WHERE NOT EXISTS (SELECT 1 FROM results WHERE trial = one.trial AND attempt = one.attempt)
       ORDER BY round, array, element_index, number`,
    )
    .all() as (PlannedAttempt & Record<"isReplaced" | "isComplete", number>)[];
  return rows.map((row) => ({
    ...row,
    isReplaced: row.isReplaced === 1,
    isComplete: row.isComplete === 1,
  }));
}
