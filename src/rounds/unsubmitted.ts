import { existsSync } from "node:fs";
import { join } from "node:path";
import { listFolder } from "../workspace/folder.ts";
import {
  arrayName,
  CANARY,
  SUBMIT_SCRIPT,
  SUBMITTED_FOLDER,
  type Layout,
} from "../workspace/layout.ts";
import { readRounds } from "./round.ts";

/**
 * Rounds with a submit.sh of which at least one array has no job id yet, in order. A canary is not missed where it
 * was left out.
 * @throws BsweepError INVALID_MANIFEST
 */
export function listUnsubmitted(layout: Layout, study: string): number[] {
  return readRounds(layout, study)
    .filter(({ round, arrays }) => {
      const folder = layout.round(study, round);
      if (!existsSync(join(folder, SUBMIT_SCRIPT))) return false;
      const recorded = new Set(listFolder(join(folder, SUBMITTED_FOLDER)));
      return arrays.some(
        ({ array }) => array !== CANARY && !recorded.has(`${arrayName(array)}.job`),
      );
    })
    .map(({ round }) => round);
}
