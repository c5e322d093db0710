import type { Disagreement, TrialOutcome } from "../stats/outcome.ts";
import type { Objective, Parameters } from "../core/study.ts";
import type { FailureKind } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/**
 * A trial's result that counts: the first complete attempt, or the last failed one where none is
 * complete. It depends on the files alone, never on the order in which they were collected.
 */
const COUNTED_RESULTS = `
  SELECT *, row_number() OVER (
    PARTITION BY trial_id
    ORDER BY state = 'complete' DESC, iif(state = 'complete', attempt, -attempt), started_at, file
  ) AS place
  FROM (SELECT trial_id, state, attempt, started_at, file, metrics, holdout_correct, holdout_count,
               model_parameters, seconds, failure_kind, failure_message FROM results)`;

/** Trials measured on the rows of the latest round's hold-out. Others cannot be ranked beside them. */
const COMPARABLE_TRIALS = `
  SELECT DISTINCT elements.trial_id FROM elements JOIN rounds USING (round)
  WHERE (dataset_digest, holdout_fraction, holdout_seed) =
    (SELECT dataset_digest, holdout_fraction, holdout_seed FROM rounds ORDER BY round DESC LIMIT 1)`;

interface OutcomeRow {
  readonly number: number;
  readonly trial_id: string;
  readonly params: string;
  readonly replicate: number;
  readonly epochs: number;
  readonly state: "complete" | "failed" | null;
  readonly metrics: string | null;
  readonly holdout_correct: number | null;
  readonly holdout_count: number | null;
  readonly model_parameters: number | null;
  readonly seconds: number | null;
  readonly failure_kind: FailureKind | null;
  readonly failure_message: string | null;
}

/** Every planned trial that the latest round's trials compare with, by number. */
export function readOutcomes(database: StudyDatabase): readonly TrialOutcome[] {
  const rows = database
    .prepare(
      `SELECT trials.number, trials.trial_id, trials.params, trials.replicate, trials.epochs,
              counted.state, counted.metrics, counted.holdout_correct, counted.holdout_count,
              counted.model_parameters, counted.seconds, counted.failure_kind, counted.failure_message
       FROM trials
       LEFT JOIN (${COUNTED_RESULTS}) AS counted
         ON counted.trial_id = trials.trial_id AND counted.place = 1
       WHERE trials.trial_id IN (${COMPARABLE_TRIALS})
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
    state: row.state ?? "waiting",
    metrics:
      row.state === "complete" ? (JSON.parse(row.metrics ?? "{}") as TrialOutcome["metrics"]) : {},
    holdout: correct === null || count === null ? null : { correct, count },
    modelParameters: row.model_parameters,
    seconds: row.seconds,
    failure: kind === null ? null : { kind, message: row.failure_message ?? "" },
  };
}

/** The complete trial with the best value of a metric so far, ties broken as the ranking does; null for none. */
export function readBest(
  database: StudyDatabase,
  { metric, direction }: Objective,
): { readonly number: number; readonly objective: number } | null {
  const order = direction === "maximize" ? "DESC" : "ASC";
  const row = database
    .prepare(
      `SELECT trials.number, json_extract(counted.metrics, @path) AS objective
       FROM (${COUNTED_RESULTS}) AS counted JOIN trials USING (trial_id)
       WHERE counted.place = 1 AND counted.state = 'complete' AND objective IS NOT NULL
         AND trial_id IN (${COMPARABLE_TRIALS})
       ORDER BY objective ${order}, json_extract(counted.metrics, '$.holdoutLoss'),
         counted.model_parameters, trials.number
       LIMIT 1`,
    )
    .get({ path: `$.${JSON.stringify(metric)}` });
  return (row as { number: number; objective: number } | undefined) ?? null;
}

/** Trials planned for another data set or hold-out than the latest round's. */
export function countIncomparableTrials(database: StudyDatabase): number {
  return database
    .prepare(
      `SELECT count(DISTINCT trial_id) FROM elements WHERE trial_id NOT IN (${COMPARABLE_TRIALS})`,
    )
    .pluck()
    .get() as number;
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
