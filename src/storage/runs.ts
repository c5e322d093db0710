import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, ResultState, StepRecord } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** A planned trial and what became of it, beside what it is ranked by (outcomes.ts). */
export interface Run {
  readonly number: number;
  readonly trialId: string;
  /** Canonical JSON. */
  readonly params: string;
  readonly replicate: number;
  readonly epochs: number;
  readonly setting: string;
  /** The result that counts; null where none does. */
  readonly result: RunResult | null;
}

interface RunResult {
  readonly state: ResultState;
  readonly metrics: Metrics;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly host: string;
  readonly failure: { readonly kind: FailureKind; readonly message: string } | null;
  readonly earlyEnd: {
    readonly reason: string;
    readonly step: number | null;
    readonly value: number | null;
  } | null;
  /** What it measured on the way, as JSON: of very many runs it is read one by one (`stepsOf`). */
  readonly history: string;
}

/** Every planned trial that has parameters, by number, with what it measured on the way. */
export function readRuns(database: StudyDatabase): readonly Run[] {
  const rows = database
    .prepare(
      `SELECT number, trial_id AS trialId, params, replicate, epochs, setting, state, metrics,
              started_at AS startedAt, seconds, host, failure_kind AS kind, failure_message AS message,
              early_end_reason AS reason, early_end_step AS step, early_end_value AS value, history
       FROM trials LEFT JOIN (results JOIN details USING (result_id))
         ON results.trial = trials.trial AND +result_id IN (SELECT result_id FROM counted_results)
       WHERE slot IS NULL OR params <> '{}'
       ORDER BY number, trial_id`,
    )
    .iterate() as IterableIterator<Row>;
  return Array.from(rows, toRun);
}

type PlannedRow = Omit<Run, "result">;

type MeasuredRow = Pick<RunResult, "state" | "seconds" | "host"> & {
  readonly metrics: string;
  readonly startedAt: string;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly reason: string | null;
  readonly step: number | null;
  readonly value: number | null;
  readonly history: string;
};

type Row = PlannedRow & (MeasuredRow | { readonly state: null });

function toRun(row: Row): Run {
  const { number, trialId, params, replicate, epochs, setting } = row;
  const result = row.state === null ? null : toResult(row);
  return { number, trialId, params, replicate, epochs, setting, result };
}

function toResult(row: MeasuredRow): RunResult {
  const { state, seconds, host, kind, message, reason, step, value } = row;
  return {
    ...{ state, seconds, host },
    metrics: JSON.parse(row.metrics) as Metrics,
    startedAt: new Date(row.startedAt),
    failure: kind === null ? null : { kind, message: message ?? "" },
    earlyEnd: reason === null ? null : { reason, step, value },
    history: row.history,
  };
}

/** The parameters of a run. */
export function paramsOf({ params }: Pick<Run, "params">): Parameters {
  return JSON.parse(params) as Parameters;
}

/** What a run measured on the way. */
export function stepsOf({ history }: Pick<RunResult, "history">): readonly StepRecord[] {
  return JSON.parse(history) as StepRecord[];
}
