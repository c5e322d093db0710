import { readdirSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { BsweepError, isSystemError } from "../core/errors.ts";
import { syncFolder, withFolderBeside } from "../workspace/atomic.ts";
import { isPackName, roundName, SUBMITTED_FOLDER, type Layout } from "../workspace/layout.ts";
import { listFolder } from "../workspace/folder.ts";
import { type Kept, replaceLocked } from "./submit-lock.ts";

/** Which round is written. */
export interface RoundPlace {
  readonly study: string;
  readonly round: number;
  /** Whether the round stands there already, never submitted, and gives way. */
  readonly replace: boolean;
}

/**
 * Writes a round so that it appears whole or not at all: `fill` gets a folder beside it.
 * @param fill returns undefined to write nothing after all
 * @throws BsweepError CONFLICT when another process wrote the round first, or it may not be replaced
 */
export async function writeRoundFolder<T>(
  layout: Layout,
  place: RoundPlace,
  fill: (folder: string) => T | undefined,
): Promise<T | undefined> {
  const target = layout.round(place.study, place.round);
  return await withFolderBeside(target, async (folder, publish) => {
    const filled = fill(folder);
    if (filled === undefined) return undefined;
    await syncFiles(folder);
    if (place.replace) replaceUnsubmitted(layout, place, publish);
    else {
      publishNew(folder, target, {
        message: `another bsweep generate has just written ${roundName(place.round)} of ${place.study}`,
        hint: "run bsweep generate again: it goes on after that round",
      });
    }
    return filled;
  });
}

/**
 * A folder never replaces one that holds files: of two processes, the second one fails here.
 * @throws BsweepError CONFLICT with the texts given
 */
export function publishNew(
  folder: string,
  target: string,
  { message, hint }: { readonly message: string; readonly hint: string },
): void {
  try {
    renameSync(folder, target);
  } catch (cause) {
    if (!isSystemError(cause, "ENOTEMPTY") && !isSystemError(cause, "EEXIST")) throw cause;
    throw new BsweepError("CONFLICT", message, { hint, cause });
  }
  syncFolder(join(target, ".."));
}

function replaceUnsubmitted(layout: Layout, place: RoundPlace, publish: () => void): void {
  const { study, round } = place;
  const target = layout.round(study, round);
  const hint = "run bsweep generate without --overwrite: it adds a round with the new trials";
  const kept = ({ reason, ...options }: Kept): BsweepError =>
    new BsweepError("CONFLICT", `${roundName(round)} of ${study} is kept: ${reason}`, {
      hint,
      ...options,
    });
  replaceLocked(target, kept, () => {
    if (listFolder(join(target, SUBMITTED_FOLDER)).length > 0)
      throw kept({ reason: "it was submitted" });
    const results = layout.roundResults(study, round);
    const hasResults = (name: string): boolean =>
      isPackName(name) || listFolder(join(results, name)).length > 0;
    if (listFolder(results).some(hasResults)) throw kept({ reason: "it has results" });
    publish();
  });
}

/** Waits until every file in a folder is on the disk: all at once, for a file server answers slowly. */
export async function syncFiles(folder: string): Promise<void> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  await Promise.all(
    files.map(async ({ name }) => {
      const file = await open(join(folder, name));
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }),
  );
}
