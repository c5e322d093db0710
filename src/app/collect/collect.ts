import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import type { Disagreement } from "../../stats/outcome.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import type { ResultState } from "../../core/trial.ts";
import { inTransaction, type StudyDatabase, withDatabase } from "../../storage/database.ts";
import { readDisagreements } from "../../storage/outcomes.ts";
import {
  createResultInsert,
  readCollectedFiles,
  readSetAside,
  replaceSetAside,
} from "../../storage/results.ts";
import { createPlannedTrialLookup, readRounds, saveRound } from "../../storage/rounds.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readSetting } from "../../rounds/setting.ts";
import { listResultFiles, type ResultFile, RETRY_PAUSES_MS } from "../../rounds/results.ts";
import { listRounds, readElements, readRound } from "../../rounds/round.ts";
import { roundName } from "../../workspace/layout.ts";
import { checkAgainstPlan, type Plan, readResultFile, type Verified } from "./verify-result.ts";

/** What `collect` did, and what a person should look into. */
export interface CollectSummary {
  readonly study: string;
  /** Results that were not in the database before. */
  readonly added: Readonly<Record<ResultState, number>>;
  /** Results that were. */
  readonly unchanged: number;
  /** Every file that does not verify, by name. */
  readonly setAside: readonly SetAsideFile[];
  readonly disagreements: readonly Disagreement[];
}

interface SetAsideFile {
  /** Below results/<study>. */
  readonly file: string;
  readonly reason: string;
  /** Told before, for the same reason. */
  readonly known: boolean;
}

/** Files kept in one transaction. */
const BATCH_FILES = 512;

/** Files open at once: network storage answers several about as fast as one. */
const openFiles = pLimit(64);

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
  const path = layout.database(study);
  if (listRounds(layout, study).length === 0) {
    const message = `study ${study} has no round in ${layout.studyJobs(study)}`;
    const hint =
      "bsweep generate STUDY writes the first round; --workspace names another workspace";
    throw new BsweepError("CONFLICT", message, { hint });
  }
  return withDatabase(path, "readwrite", async (database) => {
    const unusable = importRounds(database, layout, study);
    const rounds = readRounds(database);
    const plan: Plan = {
      findTrial: createPlannedTrialLookup(database),
      objectiveMetric: (round) => rounds.get(round)?.metric,
      unusable: (round) => unusable.get(round),
    };
    const collected = readCollectedFiles(database);
    const present = listResultFiles(dirname(path));
    const fresh = present.filter(({ file }) => !collected.has(file));
    const known = readSetAside(database);
    const { added, reasons } = await keepValid(database, fresh, plan, known, effects);
    const setAside = [...reasons]
      .map(([file, reason]) => ({ file, reason, known: known.get(file) === reason }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
    if (known.size !== reasons.size || setAside.some((each) => !each.known))
      inTransaction(database, () => replaceSetAside(database, reasons));
    const disagreements = readDisagreements(database);
    for (const { number, lowest, highest } of disagreements) {
      const found = `results that should be equal and are not: ${lowest} and ${highest}`;
      effects.reporter.warn(`trial ${number} has ${found}`);
    }
    return { study, added, unchanged: present.length - fresh.length, setAside, disagreements };
  });
}

async function keepValid(
  database: StudyDatabase,
  files: readonly ResultFile[],
  plan: Plan,
  known: ReadonlyMap<string, string>,
  effects: Effects,
): Promise<{
  readonly added: Record<ResultState, number>;
  /** By file. */
  readonly reasons: ReadonlyMap<string, string>;
}> {
  const added = { complete: 0, pruned: 0, failed: 0, skipped: 0 };
  const reasons = new Map<string, string>();
  const insert = createResultInsert(database);
  const keep = (verified: Verified): void => {
    if ("reason" in verified) reasons.set(verified.file.file, verified.reason);
    else {
      reasons.delete(verified.file.file);
      if (insert(verified.file.file, verified.result)) added[verified.result.state] += 1;
    }
  };
  const keepAll = async (some: readonly ResultFile[], label: string): Promise<void> => {
    for (let done = 0; done < some.length; done += BATCH_FILES) {
      const batch = some.slice(done, done + BATCH_FILES);
      const read = await openFiles.map(batch, readResultFile);
      inTransaction(database, () => {
        for (const each of read) keep(checkAgainstPlan(each, plan));
      });
      effects.reporter.progress({ label, done: done + batch.length, total: some.length });
    }
  };
  await keepAll(files, "collecting");
  for (const milliseconds of RETRY_PAUSES_MS) {
    const doubtful = files.filter(({ file }) => reasons.has(file) && !known.has(file));
    if (doubtful.length === 0) break;
    await pause(milliseconds);
    await keepAll(doubtful, "reading again");
  }
  effects.reporter.endProgress();
  return { added, reasons };
}

/**
 * Copies the plan of every round that the database does not hold yet, so that it knows each trial that
 * was ever planned, also once `jobs/` is gone.
 * @returns why, by round, for rounds whose files cannot be used
 */
function importRounds(
  database: StudyDatabase,
  layout: Layout,
  study: string,
): ReadonlyMap<number, string> {
  const saved = readRounds(database);
  const unusable = new Map<number, string>();
  for (const number of listRounds(layout, study)) {
    try {
      const round = readRound(layout, study, number);
      const known = saved.get(number);
      if (round === undefined || round.nonce === known?.nonce) continue;
      const arrays = new Map(
        round.arrays.map((array) => [array.array, readElements(layout, round, array)]),
      );
      const setting = readSetting(layout, round);
      const plan = { round, folder: roundName(number), arrays, setting };
      const isReplaced = known !== undefined && known.nonce !== "";
      inTransaction(database, () => saveRound(database, plan, isReplaced));
    } catch (error) {
      if (!(error instanceof BsweepError) || error.code !== "INVALID_MANIFEST") throw error;
      unusable.set(number, error.message);
    }
  }
  return unusable;
}
