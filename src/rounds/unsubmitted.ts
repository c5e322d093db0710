import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRoundFile } from "../formats/round-file.ts";
import {
  arrayName,
  CANARY,
  ROUND_FILE,
  SUBMIT_SCRIPT,
  SUBMITTED_FOLDER,
  type Layout,
} from "../workspace/layout.ts";
import { listFolder, listRounds } from "../workspace/folder.ts";

/**
 * Rounds with a submit.sh of which at least one array has no job id yet, in order. A canary is not missed where it
 * was left out.
 * @throws BsweepError INVALID_MANIFEST
 */
export function listUnsubmitted(layout: Layout, study: string): number[] {
  return listRounds(layout, study).filter((round) => {
    const folder = layout.round(study, round);
    if (!existsSync(join(folder, SUBMIT_SCRIPT))) return false;
    const file = join(folder, ROUND_FILE);
    const { arrays } = parseRoundFile(readFileSync(file, "utf8"), file);
    const recorded = new Set(listFolder(join(folder, SUBMITTED_FOLDER)));
    return arrays.some(({ array }) => array !== CANARY && !recorded.has(`${arrayName(array)}.job`));
  });
}
