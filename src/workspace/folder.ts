import { readdirSync } from "node:fs";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import { parseRoundName, type Layout } from "./layout.ts";

/** The rounds of a study that stand in `jobs/<study>`, in order. Empty when there is none. */
export function listRounds(layout: Layout, study: string): number[] {
  return listFolder(layout.studyJobs(study))
    .map(parseRoundName)
    .filter((round) => round !== undefined)
    .sort((a, b) => a - b);
}

/**
 * Names in a folder, in no order; none when the folder is not there.
 * @throws BsweepError WORKSPACE when it cannot be read
 */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isSystemError(cause, "ENOENT") || isSystemError(cause, "ENOTDIR")) return [];
    throw new BsweepError("WORKSPACE", `cannot read ${folder}: ${messageOf(cause)}`, { cause });
  }
}
