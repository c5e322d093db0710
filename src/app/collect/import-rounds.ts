import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { Round } from "../../core/round.ts";
import type { ManifestElement } from "../../core/trial.ts";
import { parseManifestLine } from "../../formats/manifest.ts";
import { inTransaction, type StudyDatabase } from "../../storage/database.ts";
import { readRounds, saveRound } from "../../storage/rounds.ts";
import type { Layout } from "../../workspace/layout.ts";
import { listRounds } from "../../workspace/folder.ts";
import { readRound } from "../../rounds/round.ts";

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
    const folder = layout.round(study, number);
    try {
      const round = readRound(layout, study, number);
      if (round === undefined || round.nonce === saved.get(number)?.nonce) continue;
      const arrays = new Map(
        round.arrays.map((array) => [array.array, readElements(folder, array)]),
      );
      inTransaction(database, () => saveRound(database, round, arrays));
    } catch (error) {
      if (!(error instanceof BsweepError) || error.code !== "INVALID_MANIFEST") throw error;
      unusable.set(number, error.message);
    }
  }
  return unusable;
}

function readElements(folder: string, array: Round["arrays"][number]): readonly ManifestElement[] {
  const path = join(folder, array.manifest);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new BsweepError("INVALID_MANIFEST", `cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, position) => parseManifestLine(line, path, position + 1));
}
