import type { Parameters } from "../core/study.ts";
import type { FailureKind, ResultState, Trial } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** One trial of one element, as planned. */
export interface PlannedAttempt {
  readonly round: number;
  readonly array: number;
  readonly index: number;
  readonly trialId: string;
  /** What a person calls the trial. */
  readonly number: number;
  readonly attempt: number;
}

/** One result. */
export interface AttemptResult {
  readonly trialId: string;
  readonly attempt: number;
  /** Below results/<study>. */
  readonly file: string;
  readonly state: ResultState;
  /** Whether it is the result of its trial that counts. */
  readonly counts: boolean;
  readonly failure: FailureKind | null;
  readonly message: string | null;
  /** The end of what a failed trial's program said; null for none. */
  readonly stderrTail: string | null;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly host: string;
}

/** Every attempt of every round, by round, array and index. */
export function readPlannedAttempts(database: StudyDatabase): readonly PlannedAttempt[] {
  return database
    .prepare(
      `SELECT round, array, element_index AS "index", trial_id AS trialId, number, attempt
       FROM elements JOIN trials USING (trial)
       ORDER BY round, array, element_index, number`,
    )
    .all() as PlannedAttempt[];
}

/** Every result, by trial and attempt; of one attempt in the order in which they began. */
export function readAttemptResults(database: StudyDatabase): readonly AttemptResult[] {
  const rows = database
    .prepare(
      `SELECT trial_id AS trialId, attempt, file, state, failure_kind AS failure,
              failure_message AS message, substr(failure_stderr_tail, -500) AS stderrTail, started_at AS startedAt, seconds,
              cpu_seconds AS cpuSeconds, host, result_id IN (SELECT result_id FROM counted_results) AS counts
       FROM results JOIN trials USING (trial)
       ORDER BY trial, attempt, started_at, file`,
    )
    .iterate() as IterableIterator<Omit<AttemptResult, "counts"> & { counts: number | boolean }>;
  return Array.from(rows, (row) => {
    row.counts = row.counts === 1;
    return row as AttemptResult;
  });
}

/** Planned trials by id, without an attempt. */
export function readPlannedTrials(
  database: StudyDatabase,
): ReadonlyMap<string, Omit<Trial, "attempt">> {
  const rows = database
    .prepare("SELECT trial_id AS trialId, number, params, replicate, seed, epochs FROM trials")
    .all() as (Omit<Trial, "params" | "resource" | "attempt"> & {
    readonly params: string;
    readonly epochs: number;
  })[];
  return new Map(
    rows.map(({ trialId, params, epochs, ...row }) => [
      trialId,
      { ...row, trialId, params: JSON.parse(params) as Parameters, resource: { epochs } },
    ]),
  );
}
