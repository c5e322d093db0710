import { canonicalJson } from "../core/canonical-json.ts";
import type { Round } from "../formats/round-file.ts";
import { hashSetting, type PlannedSetting, type Setting } from "../core/setting.ts";
import type { Parameters } from "../core/study.ts";
import type { ManifestElement, Trial } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** What the database keeps of a round. */
interface SavedRound {
  readonly round: number;
  /** "" for one that a database of bsweep 0.1.0 kept: it is read again. */
  readonly nonce: string;
  /** The metric its results took as their objective. */
  readonly metric: string;
}

/** A round as it stands on disk. */
interface RoundPlan {
  readonly round: Round;
  /** Name of its folder of results, below the study's. */
  readonly folder: string;
  readonly setting: Setting;
  /** Elements by array number, one array after another. */
  readonly arrays: Iterable<readonly [array: number, elements: readonly ManifestElement[]]>;
}

/** Rounds whose plan the database holds, by number. */
export function readRounds(database: StudyDatabase): ReadonlyMap<number, SavedRound> {
  const rows = database.prepare("SELECT round, nonce, metric FROM rounds").all() as SavedRound[];
  return new Map(rows.map((row) => [row.round, row]));
}

/**
 * Keeps a round's plan, in place of an older plan of the same number, of which nothing stays: results of its are
 * verified again. A database that has seen both is the same as one that never saw the first. Runs inside a transaction.
 */
export function saveRound(database: StudyDatabase, plan: RoundPlan, isReplaced: boolean): void {
  const { round, arrays } = plan;
  if (isReplaced) dropResults(database, `${plan.folder}/`);
  database.prepare("DELETE FROM elements WHERE round = ?").run(round.round);
  database
    .prepare(
      `INSERT INTO rounds VALUES (?, ?, ?)
       ON CONFLICT (round) DO UPDATE SET nonce = excluded.nonce, metric = excluded.metric`,
    )
    .run(round.round, round.nonce, round.objective.metric);
  const setting = saveSetting(database, plan.setting);
  for (const [array, elements] of arrays)
    saveElements(database, { round: round.round, array, setting }, elements);
  // Trials that only the older plan had, and settings that were only guessed at.
  database.exec(`
    DELETE FROM trials WHERE trial NOT IN (SELECT trial FROM elements)
      AND trial NOT IN (SELECT trial FROM results);
    DELETE FROM settings WHERE setting NOT IN (SELECT setting FROM trials);
  `);
}

/** @param folder how the files' paths begin */
function dropResults(database: StudyDatabase, folder: string): void {
  database.prepare("DELETE FROM results WHERE substr(file, 1, ?) = ?").run(folder.length, folder);
}

function saveSetting(database: StudyDatabase, setting: Setting): string {
  const hash = hashSetting(setting);
  const { trainer, precision, datasetDigest, holdout, rows } = setting;
  database
    .prepare("INSERT OR IGNORE INTO settings VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .run(
      ...[hash, trainer.name, trainer.revision, precision],
      ...[datasetDigest, holdout.fraction, holdout.seed, rows],
    );
  return hash;
}

function saveElements(
  database: StudyDatabase,
  { round, array, setting }: { round: number; array: number; setting: string },
  elements: readonly ManifestElement[],
): void {
  const insertTrial = database
    .prepare(
      `INSERT INTO trials VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (trial_id) DO UPDATE SET number = excluded.number, slot = excluded.slot,
       params = iif(excluded.params = '{}', params, excluded.params), replicate = excluded.replicate, seed = excluded.seed, epochs = excluded.epochs,
       setting = excluded.setting
     RETURNING trial`,
    )
    .pluck();
  const insertElement = database.prepare("INSERT OR IGNORE INTO elements VALUES (?, ?, ?, ?, ?)");
  for (const { index, trials } of elements) {
    for (const { trialId, number, params, replicate, seed, resource, attempt, slot } of trials) {
      const text = canonicalJson(params);
      const told = [trialId, number, text, replicate, seed, resource.epochs, setting, slot];
      insertElement.run(round, array, index, insertTrial.get(...told), attempt);
    }
  }
}

/** Slots whose choice the database does not know. */
export function readOpenSlots(database: StudyDatabase): readonly string[] {
  return database
    .prepare("SELECT DISTINCT slot FROM trials WHERE slot IS NOT NULL AND params = '{}'")
    .pluck()
    .all() as string[];
}

/** Keeps what the trials of a slot have chosen; what is known of one already stays. Inside a transaction. */
export function createChoiceUpdate(database: StudyDatabase) {
  const update = database.prepare("UPDATE trials SET params = ? WHERE slot = ? AND params = '{}'");
  return (slot: string, params: Parameters): void => {
    update.run(canonicalJson(params), slot);
  };
}

/** The settings that trials were planned in, the one of the latest round first. */
export function readSettings(database: StudyDatabase): readonly PlannedSetting[] {
  const rows = database
    .prepare(
      `SELECT setting AS hash, trainer AS name, revision, precision, dataset_digest AS datasetDigest,
              holdout_fraction AS fraction, holdout_seed AS seed, training_rows AS trainingRows
       FROM settings WHERE EXISTS (SELECT 1 FROM trials WHERE trials.setting = settings.setting)
       -- Of one there is nothing to sort, and all trials would be looked at.
       ORDER BY iif((SELECT count(*) FROM settings) > 1,
         (SELECT max(round) FROM trials LEFT JOIN elements USING (trial) WHERE trials.setting = settings.setting),
         0) DESC, setting`,
    )
    .all() as (Omit<Setting, "trainer" | "holdout"> &
    Setting["trainer"] &
    Setting["holdout"] & { readonly hash: string; readonly trainingRows: number | null })[];
  return rows.map(({ hash, name, revision, precision, datasetDigest, ...judged }) => ({
    hash,
    setting: {
      ...(name === "" ? {} : { trainer: { name, revision }, precision }),
      ...{ datasetDigest, holdout: { fraction: judged.fraction, seed: judged.seed } },
      ...(judged.trainingRows === null ? {} : { rows: judged.trainingRows }),
    },
  }));
}

/** What an element was to run. */
export interface PlannedTrial extends Omit<Trial, "trialId" | "params" | "resource"> {
  /** Canonical JSON. */
  readonly params: string;
  readonly epochs: number;
}

/** Finds what an element was to run; undefined when it was to run no such trial. */
export function createPlannedTrialLookup(database: StudyDatabase) {
  const find = database.prepare(
    `SELECT number, elements.attempt, params, replicate, seed, epochs
     FROM elements JOIN trials USING (trial)
     WHERE round = ? AND array = ? AND element_index = ? AND trial_id = ?`,
  );
  return (round: number, array: number, index: number, trialId: string) =>
    find.get(round, array, index, trialId) as PlannedTrial | undefined;
}

export type PlannedTrialLookup = ReturnType<typeof createPlannedTrialLookup>;
