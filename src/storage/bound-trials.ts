import type { Metrics, ResultState } from "../core/trial.ts";
import type { Parameters } from "../core/study.ts";
import type { StudyDatabase } from "./database.ts";

/** A trial that was planned with its parameters, and its result that counts. */
export interface BoundTrial {
  readonly params: Parameters;
  /** Null where there is no result. */
  readonly state: ResultState | null;
  readonly metrics: Metrics;
  readonly earlyEndStep: number | null;
  readonly earlyEndValue: number | null;
}

/** All of one setting and so many epochs, by number. @param setting its hash */
export function readBoundTrials(
  database: StudyDatabase,
  setting: string,
  epochs: number,
): readonly BoundTrial[] {
  const rows = database
    .prepare(
      `SELECT params, state, ifnull(metrics, '{}') AS metrics, early_end_step AS earlyEndStep,
              early_end_value AS earlyEndValue
       FROM trials LEFT JOIN results ON results.trial = trials.trial
         AND +result_id IN (SELECT result_id FROM counted_results)
       WHERE setting = ? AND epochs = ? AND slot IS NULL ORDER BY number`,
    )
    .all(setting, epochs) as (Omit<BoundTrial, "params" | "metrics"> & {
    readonly params: string;
    readonly metrics: string;
  })[];
  return rows.map(({ params, metrics, ...row }) => ({
    ...row,
    params: JSON.parse(params) as Parameters,
    metrics: JSON.parse(metrics) as Metrics,
  }));
}
