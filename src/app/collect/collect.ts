import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError, messageOf, valueOr } from "../../core/errors.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { ManifestElement, ResultState } from "../../core/trial.ts";
import type { Round } from "../../formats/round-file.ts";
import { eachResultFolder, type ResultFile } from "../../rounds/result-files.ts";
import { isOfRound, listRounds, readElements, readRound } from "../../rounds/round.ts";
import { Choices } from "../../rounds/search/choices.ts";
import { readSetting } from "../../rounds/setting.ts";
import type { Disagreement } from "../../stats/outcome.ts";
import { inTransaction, type StudyDatabase, withDatabase } from "../../storage/database.ts";
import { readDisagreements } from "../../storage/outcomes.ts";
import { createCollectedLookup, readSetAside, replaceSetAside } from "../../storage/results.ts";
import {
  createChoiceUpdate,
  createPlannedTrialLookup,
  readOpenSlots,
  readRounds,
  saveRound,
} from "../../storage/rounds.ts";
import { requireWorkspace } from "../../workspace/folder.ts";
import type { Layout } from "../../workspace/layout.ts";
import { roundName } from "../../workspace/layout.ts";
import { tidyStudy } from "../tidy.ts";
import { keepValid } from "./keep-valid.ts";
import { settleArtifacts } from "./settle-artifacts.ts";
import type { Plan } from "./verify-result.ts";

/** What `collect` did, and what a person should look into. */
export interface CollectSummary {
  readonly study: string;
  /** Results that were not in the database before. */
  readonly added: Readonly<Record<ResultState, number>>;
  /** Results that were, or that another process has just added. */
  readonly unchanged: number;
  /** Every file that does not verify, by name. */
  readonly setAside: readonly SetAsideFile[];
  /** Why, for each round and folder that cannot be read: what is in it is not counted. */
  readonly unread: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

interface SetAsideFile {
  /** Below results/<study>. */
  readonly file: string;
  readonly reason: string;
  /** Told before, for the same reason. */
  readonly known: boolean;
}

/**
 * Merges the results of all rounds into the study's database. Safe to run at any time, again, and from
 * cron: what was collected is not read again, what does not verify is set aside as a row and tried again
 * the next time, and what was kept before a kill stays kept. Nothing is written among the results.
 * @throws BsweepError CONFLICT when the study has no round; STORAGE; WORKSPACE
 */
export async function collectResults(
  { study, layout }: { readonly study: string; readonly layout: Layout },
  effects: Effects,
): Promise<CollectSummary> {
  tidyStudy(layout, study, effects);
  requireStudy(layout, study);
  return withDatabase(layout.database(study), "readwrite", async (database) => {
    const summary = await collectInto(database, { study, layout }, effects);
    await settleArtifacts(database, { study, layout }, effects);
    return summary;
  });
}

/** Before anything is made for it. @throws BsweepError CONFLICT where the workspace has nothing of the study */
export function requireStudy(layout: Layout, study: string): void {
  requireWorkspace(layout);
  const isPlanned = valueOr(true, () => listRounds(layout, study).length > 0);
  if (isPlanned || existsSync(layout.database(study))) return;
  const message = `study ${study} has no round in ${layout.studyJobs(study)}`;
  const hint = "bsweep generate STUDY writes the first round; --workspace names another workspace";
  throw new BsweepError("CONFLICT", message, { hint });
}

/** As collectResults does, into any database of the study's. */
export async function collectInto(
  database: StudyDatabase,
  { study, layout }: { readonly study: string; readonly layout: Layout },
  effects: Pick<Effects, "reporter">,
): Promise<CollectSummary> {
  const { unusable, unread: unlisted } = importRounds(database, layout, study);
  const unread = [...unlisted, ...importChoices(database, layout, study)];
  const rounds = readRounds(database);
  const plan: Plan = {
    findTrial: createPlannedTrialLookup(database),
    objectiveMetric: (round) => rounds.get(round)?.metric,
    unusable: (round) => unusable.get(round),
  };
  const { fresh, listed, unreadable } = listFresh(database, layout.studyResults(study));
  const known = readSetAside(database);
  const { added, aside } = await keepValid(database, fresh, plan, known, effects);
  const unchanged = listed - aside.size - countAdded(added);
  // What stands in a folder that cannot be read is not gone.
  if (unreadable.length > 0) {
    const isCollected = createCollectedLookup(database);
    for (const [file, each] of known)
      if (!isCollected(dirname(file)).has(basename(file))) aside.set(file, aside.get(file) ?? each);
  }
  if (canonicalJson([...known].sort()) !== canonicalJson([...aside].sort()))
    inTransaction(database, () => replaceSetAside(database, aside));
  const disagreements = readDisagreements(database);
  for (const { number, lowest, highest } of disagreements) {
    const found = `results that should be equal and are not: ${lowest} and ${highest}`;
    effects.reporter.warn(`trial ${number} has ${found}`);
  }
  const left = [...unread, ...unusable.values(), ...unreadable];
  for (const reason of left) effects.reporter.warn(`${reason}: what is in it is not counted`);
  return {
    ...{ study, added, unchanged, unread: left, disagreements },
    setAside: [...aside]
      .map(([file, { reason }]) => ({ file, reason, known: known.get(file)?.reason === reason }))
      .sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

/** Result files that the database does not hold; a folder at a time, as there may be very many that it does. */
function listFresh(database: StudyDatabase, folder: string) {
  const collectedIn = createCollectedLookup(database);
  const unreadable: string[] = [];
  const fresh: ResultFile[] = [];
  let listed = 0;
  for (const { place, files } of eachResultFolder(folder, unreadable)) {
    const collected = collectedIn(place);
    for (const file of files) if (!collected.has(file.name)) fresh.push(file);
    listed += files.length;
  }
  return { fresh, listed, unreadable };
}

/** Of whatever state. */
export function countAdded(added: CollectSummary["added"]): number {
  return Object.values(added).reduce((sum, count) => sum + count, 0);
}

/**
 * Copies the plan of every round that the database does not hold yet, so that it knows each trial that
 * was ever planned, also once `jobs/` is gone.
 */
function importRounds(
  database: StudyDatabase,
  layout: Layout,
  study: string,
): {
  /** Why, by round, for rounds whose files cannot be used. */
  readonly unusable: ReadonlyMap<number, string>;
  /** Why rounds cannot even be listed; usually nothing. */
  readonly unread: readonly string[];
} {
  const unusable = new Map<number, string>();
  let numbers: readonly number[];
  try {
    numbers = listRounds(layout, study);
  } catch (error) {
    return { unusable, unread: [messageOf(error)] };
  }
  const saved = readRounds(database);
  for (const number of numbers) {
    try {
      const round = readRound(layout, study, number);
      const known = saved.get(number);
      if (round === undefined || round.nonce === known?.nonce) continue;
      const setting = readSetting(layout, round);
      const arrays = eachArray(layout, round);
      const plan = { round, folder: roundName(number), arrays, setting };
      const isReplaced = known !== undefined && known.nonce !== "";
      inTransaction(database, () => saveRound(database, plan, isReplaced));
    } catch (error) {
      if (!isOfRound(error)) throw error;
      unusable.set(number, error.message);
    }
  }
  return { unusable, unread: [] };
}

/** Copies what late-bound trials have chosen, as far as the database does not know it. @returns why some cannot be read */
function importChoices(database: StudyDatabase, layout: Layout, study: string): readonly string[] {
  const open = new Set(readOpenSlots(database));
  if (open.size === 0) return [];
  const made = new Choices(layout.choices(study));
  const { choices, complaints } = made.readAll(made.slots().filter((slot) => open.has(slot)));
  const keep = createChoiceUpdate(database);
  inTransaction(database, () => {
    for (const [slot, { params }] of choices) keep(slot, params);
  });
  return complaints;
}

/** The elements of a round, an array at a time: together they may be very many. */
function* eachArray(layout: Layout, round: Round): Generator<[number, ManifestElement[]]> {
  for (const array of round.arrays) yield [array.array, readElements(layout, round, array)];
}
