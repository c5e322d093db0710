import { canonicalJson } from "../core/identity.ts";
import type { Round } from "../core/round.ts";
import type { ManifestElement } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** What the database keeps of a round. */
export interface SavedRound {
  readonly round: number;
  readonly nonce: string;
  /** The metric its results took as their objective. */
  readonly metric: string;
}

/** Of a study that leaves its data to the trainer. */
const NO_HOLDOUT = { fraction: 0, seed: 0 };

/** Rounds whose plan the database holds, by number. */
export function readRounds(database: StudyDatabase): ReadonlyMap<number, SavedRound> {
  const rows = database.prepare("SELECT round, nonce, metric FROM rounds").all() as SavedRound[];
  return new Map(rows.map((row) => [row.round, row]));
}

/**
 * Keeps a round's plan, in place of an older plan of the same number. Runs inside a transaction.
 * @param arrays elements by array number
 */
export function saveRound(
  database: StudyDatabase,
  round: Round,
  arrays: ReadonlyMap<number, readonly ManifestElement[]>,
): void {
  const { digest = "", holdout = NO_HOLDOUT } = round.dataset ?? {};
  database.prepare("DELETE FROM elements WHERE round = ?").run(round.round);
  database
    .prepare(
      `INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (round) DO UPDATE SET
         nonce = excluded.nonce, metric = excluded.metric, dataset_digest = excluded.dataset_digest,
         holdout_fraction = excluded.holdout_fraction, holdout_seed = excluded.holdout_seed`,
    )
    .run(round.round, round.nonce, round.objective.metric, digest, holdout.fraction, holdout.seed);
  for (const [array, elements] of arrays) saveElements(database, round.round, array, elements);
}

function saveElements(
  database: StudyDatabase,
  round: number,
  array: number,
  elements: readonly ManifestElement[],
): void {
  const insertTrial = database.prepare("INSERT OR IGNORE INTO trials VALUES (?, ?, ?, ?, ?, ?)");
  const insertElement = database.prepare("INSERT OR IGNORE INTO elements VALUES (?, ?, ?, ?, ?)");
  for (const { index, trials } of elements) {
    for (const { trialId, number, params, replicate, seed, resource, attempt } of trials) {
      insertTrial.run(trialId, number, canonicalJson(params), replicate, seed, resource.epochs);
      insertElement.run(round, array, index, trialId, attempt);
    }
  }
}

/** Finds the number of the trial that an element was to run; undefined when it was to run no such trial. */
export type PlannedTrialLookup = (
  round: number,
  array: number,
  index: number,
  trialId: string,
) => number | undefined;

export function createPlannedTrialLookup(database: StudyDatabase): PlannedTrialLookup {
  const find = database
    .prepare(
      `SELECT number FROM elements JOIN trials USING (trial_id)
       WHERE round = ? AND array = ? AND element_index = ? AND trial_id = ?`,
    )
    .pluck();
  return (...element) => find.get(...element) as number | undefined;
}
