import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSystemError } from "../core/errors.ts";
import type { Trial } from "../core/trial.ts";
import { parseResult } from "../formats/result-file.ts";
import { parseResultName } from "../workspace/layout.ts";

/** Whether this attempt at the trial has left a valid result. A torn file does not count. */
export function hasValidResult(resultFolder: string, trial: Trial): boolean {
  return listNames(resultFolder).some((name) => {
    const parts = parseResultName(name);
    if (parts?.trialId !== trial.trialId || parts.attempt !== trial.attempt) return false;
    try {
      const file = join(resultFolder, name);
      return parseResult(readFileSync(file, "utf8"), file).trialId === trial.trialId;
    } catch {
      return false;
    }
  });
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return [];
    throw error;
  }
}
