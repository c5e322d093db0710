import type { Parameters } from "../core/study.ts";
import type { FailureKind, Metrics, ResultState, StepRecord } from "../core/trial.ts";
import type { Disagreement, TrialOutcome } from "../stats/outcome.ts";
import type { StudyDatabase } from "./database.ts";

/** Every planned trial with the result that counts, by number. */
export function readOutcomes(database: StudyDatabase): readonly TrialOutcome[] {
  // There may be very many: a row at a time, its columns by place, and in the order in which they lie.
  const rows = database
    .prepare(
      `SELECT number, trial_id, params, replicate, epochs, setting,
              state, metrics, holdout_correct, holdout_count, model_parameters, seconds,
              failure_kind, failure_message, failure_stderr_tail
       FROM trials NOT INDEXED LEFT JOIN results ON results.trial = trials.trial
         AND +result_id IN (SELECT result_id FROM counted_results)`,
    )
    .raw()
    .iterate() as IterableIterator<[...PlannedColumns, ...MeasuredColumns]>;
  return Array.from(rows, toOutcome).sort(
    (a, b) => a.number - b.number || (a.trialId < b.trialId ? -1 : 1),
  );
}

type PlannedColumns = [
  number: number,
  trialId: string,
  params: string,
  replicate: number,
  epochs: number,
  setting: string,
];

/** All null where no result counts. */
type MeasuredColumns = [
  state: ResultState | null,
  metrics: string | null,
  correct: number | null,
  count: number | null,
  modelParameters: number | null,
  seconds: number | null,
  kind: FailureKind | null,
  message: string | null,
  stderrTail: string | null,
];

function toOutcome(row: [...PlannedColumns, ...MeasuredColumns]): TrialOutcome {
  const [number, trialId, params, replicate, epochs, setting, ...measured] = row;
  const [state, metrics, correct, count, modelParameters, seconds, ...failure] = measured;
  const [kind, message, stderrTail] = failure;
  return {
    ...{ number, trialId, replicate, epochs, setting, modelParameters, seconds },
    state: state ?? "waiting",
    params: JSON.parse(params) as Parameters,
    metrics: JSON.parse(metrics ?? "{}") as Metrics,
    holdout: correct === null || count === null ? null : { correct, count },
    failure:
      kind === null
        ? null
        : { kind, message: message ?? "", ...(stderrTail === null ? {} : { stderrTail }) },
  };
}

/** What the trials' results that count measured on the way, by trial id. */
export function readHistories(database: StudyDatabase): ReadonlyMap<string, readonly StepRecord[]> {
  const rows = database
    .prepare(
      `SELECT trial_id, history FROM counted_results JOIN results USING (result_id)
         JOIN details USING (result_id) JOIN trials USING (trial)`,
    )
    .raw()
    .all() as [string, string][];
  return new Map(rows.map(([trialId, history]) => [trialId, JSON.parse(history) as StepRecord[]]));
}

/** Disagreements within one numerics fingerprint, by trial number; across fingerprints nothing is promised. */
export function readDisagreements(database: StudyDatabase): readonly Disagreement[] {
  return database
    .prepare(
      `SELECT number, min(objective) AS lowest, max(objective) AS highest
       FROM results JOIN trials USING (trial)
       WHERE state = 'complete' AND numerics IS NOT NULL
         AND trial IN (SELECT trial FROM results GROUP BY trial HAVING count(*) > 1)
       GROUP BY trial, numerics HAVING lowest < highest ORDER BY number, numerics`,
    )
    .all() as Disagreement[];
}
