import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../../core/errors.ts";
import type { Round } from "../../core/round.ts";
import type { ManifestElement } from "../../core/trial.ts";
import { parseManifestLine } from "../../formats/manifest.ts";
import { parseRoundFile } from "../../formats/round-file.ts";
import { inTransaction, type StudyDatabase } from "../../storage/database.ts";
import { readRounds, saveRound } from "../../storage/rounds.ts";
import { ROUND_FILE, type Layout } from "../../workspace/layout.ts";
import { listRounds } from "../../workspace/rounds.ts";

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
      const round = readRound(folder, study, number);
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

/** Undefined for a round that has no round.json: it is being generated, or never was. */
function readRound(folder: string, study: string, number: number): Round | undefined {
  const path = join(folder, ROUND_FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return undefined;
    throw unreadable(path, cause);
  }
  const round = parseRoundFile(text, path);
  if (round.study !== study || round.round !== number) {
    throw new BsweepError(
      "INVALID_MANIFEST",
      `${path}: found round ${round.round} of ${round.study}, expected round ${number} of ${study}`,
    );
  }
  return round;
}

function readElements(folder: string, array: Round["arrays"][number]): readonly ManifestElement[] {
  const path = join(folder, array.manifest);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, position) => parseManifestLine(line, path, position + 1));
}

function unreadable(path: string, cause: unknown): BsweepError {
  return new BsweepError("INVALID_MANIFEST", `cannot read ${path}: ${messageOf(cause)}`, { cause });
}
