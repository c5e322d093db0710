import { join } from "node:path";
import type { TrialResult } from "../core/trial.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { listFolder } from "../workspace/folder.ts";
import { arrayName, type Layout, VERDICT_FILE } from "../workspace/layout.ts";
import { findResult } from "./results.ts";

/** Whether a trial's end shows that trials can run: one that diverged says nothing against the site. */
export function showsThatTrialsRun({ failure }: Pick<TrialResult, "failure">): boolean {
  return failure === null || failure.kind === "diverged";
}

/** Leaves a canary's end where submit.sh looks for it, in a word: `complete` or `failed`. */
export function writeVerdict(canaryFolder: string, result: TrialResult): void {
  const word = showsThatTrialsRun(result) ? "complete" : "failed";
  writeFileAtomic(join(canaryFolder, VERDICT_FILE), `${word}\n`);
}

/** The result of a round of one trial; undefined while there is none. */
export async function findOnlyResult(
  layout: Layout,
  study: string,
  round: number,
): Promise<TrialResult | undefined> {
  const folder = join(layout.roundResults(study, round), arrayName(1));
  for (const name of listFolder(folder)) {
    const result = await findResult(join(folder, name));
    if (result !== undefined) return result;
  }
  return undefined;
}
