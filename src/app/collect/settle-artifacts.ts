import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { messageOf } from "../../core/errors.ts";
import { Artifacts } from "../../rounds/artifacts.ts";
import { listArrayResults } from "../../rounds/result-files.ts";
import { findResult } from "../../rounds/results.ts";
import { readRound } from "../../rounds/round.ts";
import type { StudyDatabase } from "../../storage/database.ts";
import { readTrialRecord } from "../../storage/trial-record.ts";
import { type Layout, parseRoundName } from "../../workspace/layout.ts";

/**
 * Settles artifacts of trials whose element was killed between their result and this: what it would have done is done here. Those of trials
 * that run, or may yet, are left.
 */
export async function settleArtifacts(
  database: StudyDatabase,
  { study, layout }: { readonly study: string; readonly layout: Layout },
  { reporter }: Pick<Effects, "reporter">,
): Promise<void> {
  const artifacts = new Artifacts(layout, study);
  for (const trialId of artifacts.listUnrecorded()) {
    if (existsSync(layout.claims(study, trialId))) continue;
    const counted = readTrialRecord(database, trialId)?.results.find(({ counts }) => counts);
    if (counted === undefined) continue;
    try {
      const place = join(layout.studyResults(study), dirname(counted.file));
      const name = basename(counted.file);
      const file = listArrayResults(place).find((each) => each.name === name);
      const result = file && (await findResult(file));
      const round = readRound(layout, study, roundOf(counted.file));
      if (result !== undefined && round !== undefined) artifacts.settle(result, round);
    } catch (error) {
      reporter.warn(`artifacts of trial ${trialId} stay as they are: ${messageOf(error)}`);
    }
  }
}

/** Of a file below results/<study>. */
function roundOf(file: string): number {
  return parseRoundName(file.split("/", 1)[0] ?? "") ?? 0;
}
