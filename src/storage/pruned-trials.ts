import type { StudyDatabase } from "./database.ts";

/** A trial whose result that counts says that it was stopped early, and that is not planned once more already. */
export interface PrunedTrial {
  readonly trialId: string;
  readonly number: number;
  /** Its latest. */
  readonly attempt: number;
  /** The last step it trained. */
  readonly step: number;
  /** Of the metric that it was stopped by. */
  readonly value: number;
}

/** The step after which each attempt was stopped early, with its trial's number. */
export function readPrunedSteps(
  database: StudyDatabase,
): readonly { readonly number: number; readonly step: number }[] {
  return database
    .prepare(
      `SELECT number, early_end_step AS step FROM results JOIN trials USING (trial)
       WHERE state = 'pruned' AND early_end_step IS NOT NULL`,
    )
    .all() as { number: number; step: number }[];
}

/** All of one setting and so many epochs, by number. @param setting its hash */
export function readPrunedTrials(
  database: StudyDatabase,
  setting: string,
  epochs: number,
): readonly PrunedTrial[] {
  return database
    .prepare(
      `SELECT trial_id AS trialId, number, results.attempt, early_end_step AS step, early_end_value AS value
       FROM results JOIN trials USING (trial)
       WHERE state = 'pruned' AND setting = ? AND epochs = ? AND early_end_step IS NOT NULL
         AND early_end_value IS NOT NULL AND +result_id IN (SELECT result_id FROM counted_results)
         AND NOT EXISTS (SELECT 1 FROM elements
           WHERE elements.trial = results.trial AND elements.attempt > results.attempt)
       ORDER BY number`,
    )
    .all(setting, epochs) as PrunedTrial[];
}
