import type { Parameters } from "../core/study.ts";
import type {
  FailureKind,
  Metrics,
  NumericsFingerprint,
  ResultState,
  StepRecord,
  Trial,
} from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** All that the database holds of one trial. */
export interface TrialRecord extends Omit<Trial, "attempt" | "resource"> {
  readonly epochs: number;
  /** Hash of the setting it was planned in. */
  readonly setting: string;
  /** By attempt, start and file. */
  readonly results: readonly ResultRecord[];
  /** Other trials of the same setting, parameters and epochs, by replicate. */
  readonly replicates: readonly ReplicateRecord[];
}

/** One result, with what is large of it. */
export interface ResultRecord {
  /** What the database knows it by. */
  readonly key: number;
  /** Below results/<study>. */
  readonly file: string;
  readonly attempt: number;
  readonly state: ResultState;
  /** Whether it is the result of the trial that counts. */
  readonly counts: boolean;
  readonly objective: number | null;
  readonly metrics: Metrics;
  readonly holdoutCorrect: number | null;
  readonly holdoutCount: number | null;
  readonly modelParameters: number | null;
  readonly failure: FailureKind | null;
  readonly message: string | null;
  readonly stderrTail: string | null;
  /** Why it was not trained to its end, though nothing failed. */
  readonly earlyEndReason: string | null;
  readonly earlyEndStep: number | null;
  readonly earlyEndValue: number | null;
  readonly warnings: readonly string[];
  readonly history: readonly StepRecord[];
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly peakMemoryMiB: number | null;
  readonly job: string;
  readonly host: string;
  /** Null in results of bsweep 0.1.0. */
  readonly user: string | null;
  readonly numerics: NumericsFingerprint | null;
  readonly bsweep: string;
}

export interface ReplicateRecord extends Pick<Trial, "trialId" | "number" | "replicate"> {
  /** Of the result that counts; null where there is none. */
  readonly state: ResultState | null;
  readonly metrics: Metrics;
}

/** Undefined for a trial that was never planned. */
export function readTrialRecord(database: StudyDatabase, trialId: string): TrialRecord | undefined {
  const row = database
    .prepare(
      `SELECT trial, trial_id AS trialId, number, params, replicate, seed, epochs, setting, slot
       FROM trials WHERE trial_id = ?`,
    )
    .get(trialId) as
    | (Omit<TrialRecord, "params" | "slot" | "results" | "replicates"> & {
        readonly trial: number;
        readonly params: string;
        readonly slot: string | null;
      })
    | undefined;
  if (row === undefined) return undefined;
  const { trial, params, slot, ...told } = row;
  return {
    ...{ ...told, ...(slot === null ? {} : { slot }) },
    params: JSON.parse(params) as Parameters,
    results: readResults(database, trial),
    replicates: readReplicates(database, trial),
  };
}

type ResultRow = Omit<ResultRecord, Parsed | "counts"> &
  Readonly<Record<Parsed, string>> & { readonly counts: number };
type Parsed = "metrics" | "warnings" | "history" | "numerics";

function readResults(database: StudyDatabase, trial: number): readonly ResultRecord[] {
  const rows = database
    .prepare(
      `SELECT result_id AS key, file, attempt, state, objective, metrics, holdout_correct AS holdoutCorrect,
              holdout_count AS holdoutCount, model_parameters AS modelParameters,
              failure_kind AS failure, failure_message AS message, failure_stderr_tail AS stderrTail,
              early_end_reason AS earlyEndReason, early_end_step AS earlyEndStep,
              early_end_value AS earlyEndValue, warnings, history, started_at AS startedAt, seconds,
              cpu_seconds AS cpuSeconds, peak_memory_mib AS peakMemoryMiB, job, host, user,
              ifnull(numerics, 'null') AS numerics, bsweep,
              result_id IN (SELECT result_id FROM counted_results) AS counts
       FROM results JOIN details USING (result_id) WHERE trial = ?
       ORDER BY attempt, started_at, file`,
    )
    .all(trial) as ResultRow[];
  return rows.map(({ counts, metrics, warnings, history, numerics, ...row }) => ({
    ...row,
    counts: counts === 1,
    metrics: JSON.parse(metrics) as Metrics,
    warnings: JSON.parse(warnings) as string[],
    history: JSON.parse(history) as StepRecord[],
    numerics: JSON.parse(numerics) as NumericsFingerprint | null,
  }));
}

function readReplicates(database: StudyDatabase, trial: number): readonly ReplicateRecord[] {
  const rows = database
    .prepare(
      `SELECT other.trial_id AS trialId, other.number, other.replicate, state, metrics
       FROM trials AS one JOIN trials AS other ON other.params = one.params
         AND other.epochs = one.epochs AND other.setting IS one.setting AND other.trial <> one.trial
         -- Before they have chosen, only those of one slot are of the same parameters.
         AND (one.slot IS NULL OR one.params <> '{}' OR other.slot = one.slot)
       LEFT JOIN results ON results.trial = other.trial
         AND +result_id IN (SELECT result_id FROM counted_results)
       WHERE one.trial = ? ORDER BY other.replicate, other.number`,
    )
    .all(trial) as (Omit<ReplicateRecord, "metrics"> & { readonly metrics: string | null })[];
  return rows.map((row) => ({ ...row, metrics: JSON.parse(row.metrics ?? "{}") as Metrics }));
}
