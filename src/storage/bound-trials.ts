import type { Metrics, ResultState } from "../core/trial.ts";
import type { Parameters } from "../core/study.ts";
import type { StudyDatabase } from "./database.ts";

/** A trial that has its parameters, and its result that counts. */
export interface BoundTrial {
  readonly params: Parameters;
  readonly epochs: number;
  /** Null where there is no result. */
  readonly state: ResultState | null;
  readonly metrics: Metrics;
  readonly earlyEndStep: number | null;
  readonly earlyEndValue: number | null;
  readonly earlyEndQuantile: number | null;
}

const SELECT = `
  SELECT params, epochs, state, ifnull(metrics, '{}') AS metrics, early_end_step AS earlyEndStep,
         early_end_value AS earlyEndValue, early_end_quantile AS earlyEndQuantile
  FROM trials LEFT JOIN results ON results.trial = trials.trial
    AND +result_id IN (SELECT result_id FROM counted_results)`;

/** All of one setting and so many epochs, by number. @param setting its hash */
export function readBoundTrials(
  database: StudyDatabase,
  setting: string,
  epochs: number,
): readonly BoundTrial[] {
  const where = "WHERE setting = ? AND epochs = ? AND slot IS NULL ORDER BY number";
  return database.prepare(`${SELECT} ${where}`).all(setting, epochs).map(toTrial);
}

/** All of one setting that have parameters, those that chose them too, by number. @param setting its hash */
export function readTriedTrials(database: StudyDatabase, setting: string): readonly BoundTrial[] {
  const where = "WHERE setting = ? AND (slot IS NULL OR params <> '{}') ORDER BY number";
  return database.prepare(`${SELECT} ${where}`).all(setting).map(toTrial);
}

function toTrial(row: unknown): BoundTrial {
  const { params, metrics, ...told } = row as Omit<BoundTrial, "params" | "metrics"> & {
    readonly params: string;
    readonly metrics: string;
  };
  return {
    ...told,
    params: JSON.parse(params) as Parameters,
    metrics: JSON.parse(metrics) as Metrics,
  };
}
