import { BsweepError } from "../../core/errors.ts";
import { listRounds, readElements, readRound } from "../../rounds/round.ts";
import { readSetting } from "../../rounds/setting.ts";
import { inTransaction, type StudyDatabase } from "../../storage/database.ts";
import { readRounds, saveRound } from "../../storage/rounds.ts";
import type { Layout } from "../../workspace/layout.ts";

/**
 * Copies the plan of every round that the database does not hold yet, so that it knows each trial that
 * was ever planned, also once `jobs/` is gone.
 * @returns why, by round, for rounds whose files cannot be used
 */
export function importRounds(
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
      const plan = { round, arrays, setting: readSetting(layout, round) };
      const isReplaced = known !== undefined && known.nonce !== "";
      inTransaction(database, () => saveRound(database, plan, isReplaced));
    } catch (error) {
      if (!(error instanceof BsweepError) || error.code !== "INVALID_MANIFEST") throw error;
      unusable.set(number, error.message);
    }
  }
  return unusable;
}
