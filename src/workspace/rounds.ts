import { readdirSync } from "node:fs";
import { isSystemError } from "../core/errors.ts";
import { parseRoundName, type Layout } from "./layout.ts";

/** The rounds of a study that stand in `jobs/<study>`, in order. Empty when there is none. */
export function listRounds(layout: Layout, study: string): number[] {
  return listFolder(layout.studyJobs(study))
    .map(parseRoundName)
    .filter((round) => round !== undefined)
    .sort((a, b) => a - b);
}

/** Names in a folder; none when the folder is not there. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw error;
  }
}
