import { join } from "node:path";
import type { Trial } from "../core/trial.ts";
import { parseResult } from "../formats/result-file.ts";
import { parseResultName } from "../workspace/layout.ts";
import { readResultText } from "../workspace/result-files.ts";
import { listFolder } from "../workspace/rounds.ts";

/** Whether this attempt at the trial has left a valid result. A torn file does not count. */
export async function hasValidResult(resultFolder: string, trial: Trial): Promise<boolean> {
  for (const name of listFolder(resultFolder)) {
    const parts = parseResultName(name);
    if (parts?.trialId !== trial.trialId || parts.attempt !== trial.attempt) continue;
    if (await isResultOf(trial, join(resultFolder, name))) return true;
  }
  return false;
}

async function isResultOf(trial: Trial, file: string): Promise<boolean> {
  try {
    return parseResult(await readResultText(file), file).trialId === trial.trialId;
  } catch {
    return false;
  }
}
