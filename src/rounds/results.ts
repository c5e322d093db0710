import { join } from "node:path";
import type { Trial, TrialResult } from "../core/trial.ts";
import { parseResult } from "../formats/result-file.ts";
import { parseResultName } from "../workspace/layout.ts";
import { readResultText } from "./result-files.ts";
import { listFolder } from "../workspace/folder.ts";

/**
 * The valid result that this attempt at the trial has left. A torn file does not count.
 * @param folders searched in turn: the element's own, and the canary's, which runs a trial of the first array
 */
export async function findValidResult(
  folders: readonly string[],
  trial: Trial,
): Promise<TrialResult | undefined> {
  for (const folder of folders) {
    for (const name of listFolder(folder)) {
      const parts = parseResultName(name);
      if (parts?.trialId !== trial.trialId || parts.attempt !== trial.attempt) continue;
      const result = await readResultOf(trial, join(folder, name));
      if (result !== undefined) return result;
    }
  }
  return undefined;
}

async function readResultOf(trial: Trial, file: string): Promise<TrialResult | undefined> {
  try {
    const result = parseResult(await readResultText(file), file);
    return result.trialId === trial.trialId ? result : undefined;
  } catch {
    return undefined;
  }
}
