import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, ResultState, StepRecord } from "../core/trial.ts";
import type { Disagreement, TrialOutcome } from "../stats/outcome.ts";
import type { StudyDatabase } from "./database.ts";

interface OutcomeRow {
  readonly number: number;
  readonly trial_id: string;
  readonly params: string;
  readonly replicate: number;
  readonly epochs: number;
  readonly setting: string;
  readonly state: ResultState | null;
  readonly metrics: string | null;
  readonly holdout_correct: number | null;
  readonly holdout_count: number | null;
  readonly model_parameters: number | null;
  readonly seconds: number | null;
  readonly failure_kind: FailureKind | null;
  readonly failure_message: string | null;
  readonly failure_stderr_tail: string | null;
}

/** Every planned trial with the result that counts, by number. */
export function readOutcomes(database: StudyDatabase): readonly TrialOutcome[] {
  const rows = database
    .prepare(
      `SELECT trials.number, trials.trial_id, trials.params, trials.replicate, trials.epochs, trials.setting,
              counted.state, counted.metrics, counted.holdout_correct, counted.holdout_count,
              counted.model_parameters, counted.seconds, counted.failure_kind, counted.failure_message,
              counted.failure_stderr_tail
       FROM trials
       LEFT JOIN (SELECT * FROM counted_results JOIN results USING (result_id)) AS counted
         ON counted.trial_id = trials.trial_id
       ORDER BY trials.number, trials.trial_id`,
    )
    .all() as OutcomeRow[];
  return rows.map(toOutcome);
}

function toOutcome(row: OutcomeRow): TrialOutcome {
  const { holdout_correct: correct, holdout_count: count, failure_kind: kind } = row;
  return {
    number: row.number,
    trialId: row.trial_id,
    params: JSON.parse(row.params) as Parameters,
    replicate: row.replicate,
    epochs: row.epochs,
    setting: row.setting,
    state: row.state ?? "waiting",
    metrics: JSON.parse(row.metrics ?? "{}") as Metrics,
    holdout: correct === null || count === null ? null : { correct, count },
    modelParameters: row.model_parameters,
    seconds: row.seconds,
    failure:
      kind === null
        ? null
        : {
            kind,
            message: row.failure_message ?? "",
            ...(row.failure_stderr_tail === null ? {} : { stderrTail: row.failure_stderr_tail }),
          },
  };
}

/** What the trials' results that count measured on the way, by trial id. */
export function readHistories(database: StudyDatabase): ReadonlyMap<string, readonly StepRecord[]> {
  const rows = database
    .prepare("SELECT trial_id, history FROM counted_results JOIN results USING (result_id)")
    .raw()
    .all() as [string, string][];
  return new Map(rows.map(([trialId, history]) => [trialId, JSON.parse(history) as StepRecord[]]));
}

/** Disagreements within one numerics fingerprint, by trial number; across fingerprints nothing is promised. */
export function readDisagreements(database: StudyDatabase): readonly Disagreement[] {
  return database
    .prepare(
      `SELECT number, min(objective) AS lowest, max(objective) AS highest
       FROM results JOIN trials USING (trial_id)
       WHERE state = 'complete' AND numerics IS NOT NULL
       GROUP BY trial_id, numerics HAVING lowest < highest ORDER BY number, numerics`,
    )
    .all() as Disagreement[];
}
