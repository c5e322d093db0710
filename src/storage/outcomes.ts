import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, StepRecord } from "../core/trial.ts";
import type { Disagreement, TrialOutcome } from "../stats/outcome.ts";
import type { StudyDatabase } from "./database.ts";

type OutcomeRow = Omit<TrialOutcome, "params" | "metrics" | "holdout" | "failure"> & {
  readonly params: string;
  readonly metrics: string;
  readonly correct: number | null;
  readonly count: number | null;
  readonly kind: FailureKind | null;
  readonly message: string;
  readonly stderrTail: string | null;
};

/** Every planned trial with the result that counts, by number. */
export function readOutcomes(database: StudyDatabase): readonly TrialOutcome[] {
  const rows = database
    .prepare(
      `SELECT trials.number, trials.trial_id AS trialId, trials.params, trials.replicate, trials.epochs,
              trials.setting, coalesce(state, 'waiting') AS state, coalesce(metrics, '{}') AS metrics,
              holdout_correct AS correct, holdout_count AS count, model_parameters AS modelParameters,
              seconds, failure_kind AS kind, coalesce(failure_message, '') AS message,
              failure_stderr_tail AS stderrTail
       FROM trials
       LEFT JOIN (SELECT * FROM counted_results JOIN results USING (result_id)) AS counted
         ON counted.trial_id = trials.trial_id
       ORDER BY trials.number, trials.trial_id`,
    )
    .all() as OutcomeRow[];
  return rows.map(toOutcome);
}

function toOutcome(row: OutcomeRow): TrialOutcome {
  const { params, metrics, correct, count, kind, message, stderrTail, ...others } = row;
  return {
    ...others,
    params: JSON.parse(params) as Parameters,
    metrics: JSON.parse(metrics) as Metrics,
    holdout: correct === null || count === null ? null : { correct, count },
    failure:
      kind === null ? null : { kind, message, ...(stderrTail === null ? {} : { stderrTail }) },
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
