import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetHeader } from "../../core/dataset.ts";
import { BsweepError } from "../../core/errors.ts";
import {
  formatPreparation,
  parsePreparation,
  type Preparation,
} from "../../formats/preparation-file.ts";
import type { PreparationReport } from "./prepared.ts";
import { parseDatasetHeader } from "../../formats/dataset-header.ts";
import { withFolderBeside } from "../../workspace/atomic-folder.ts";
import {
  arrayName,
  CANARY,
  logFolderName,
  MERGED_FILE,
  PREPARATION_FILE,
  SUBMIT_SCRIPT,
  SUBMITTED_FOLDER,
} from "../../workspace/layout.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { listFolder } from "../../workspace/folder.ts";
import { publishNew, replaceLocked, syncFiles } from "../../rounds/round-folder.ts";
import type { RenderedFile } from "../generate/scripts.ts";
import { readJobId } from "../cluster/submitted.ts";
import { pieceName, piecesFolder } from "./pieces.ts";

const ANOTHER = {
  message: "another bsweep prepare has just written the jobs of this data set",
  hint: "run it again: it tells how far they are",
};

/** What stands in a folder of jobs; undefined when there is none. @throws BsweepError WORKSPACE */
export function readPreparation(folder: string): Preparation | undefined {
  const file = join(folder, PREPARATION_FILE);
  return existsSync(file) ? parsePreparation(readFileSync(file, "utf8"), file) : undefined;
}

/** Whether anything was submitted, or may have been. */
export function wasSubmitted(folder: string): boolean {
  return listFolder(join(folder, SUBMITTED_FOLDER)).length > 0;
}

/** How far it is, by files alone. */
export function reportPreparation(
  folder: string,
  { to, shards, site }: Preparation,
): PreparationReport {
  const dataset = readMerged(folder, to);
  const state = dataset !== null ? "merged" : wasSubmitted(folder) ? "submitted" : "written";
  return {
    ...{ to, shards, site, state, folder, dataset },
    submitScript: join(folder, SUBMIT_SCRIPT),
    missing: dataset === null ? findMissing(to, shards) : [],
    jobs: { pieces: readJob(folder, CANARY), merge: readJob(folder, CANARY + 1) },
  };
}

/** The data set that the merge left, as long as it is the one that is there. */
function readMerged(folder: string, to: string): DatasetHeader | null {
  const file = join(folder, MERGED_FILE);
  if (!existsSync(file)) return null;
  try {
    const merged = parseDatasetHeader(readFileSync(file, "utf8"), file);
    return openPackedDataset(to).header.digest === merged.digest ? merged : null;
  } catch (error) {
    if (error instanceof BsweepError) return null;
    throw error;
  }
}

function findMissing(to: string, shards: number): number[] {
  const names = new Set(listFolder(piecesFolder(to)));
  return Array.from({ length: shards }, (_, at) => at + 1).filter(
    (shard) => !names.has(pieceName({ shard, shards })),
  );
}

const readJob = (folder: string, array: number): string | null =>
  readJobId(join(folder, SUBMITTED_FOLDER, `${arrayName(array)}.job`));

/**
 * Writes the scripts, whole or not at all, and removes pieces of earlier attempts.
 * @param mayReplace asked while submit.sh is kept out; throws to keep what is there
 * @throws BsweepError CONFLICT when submit.sh or another bsweep prepare is at work
 */
export async function writePreparation(
  folder: string,
  preparation: Preparation,
  scripts: readonly RenderedFile[],
  mayReplace: () => void,
): Promise<void> {
  await withFolderBeside(folder, async (temporary, publish) => {
    for (const { name, text } of scripts)
      writeFileSync(join(temporary, name), text, { mode: 0o755 });
    for (const array of [CANARY, CANARY + 1])
      mkdirSync(join(temporary, logFolderName(array)), { recursive: true });
    writeFileSync(join(temporary, PREPARATION_FILE), formatPreparation(preparation));
    await syncFiles(temporary);
    const removePieces = (): void =>
      rmSync(piecesFolder(preparation.to), { recursive: true, force: true });
    if (!existsSync(folder)) {
      removePieces();
      publishNew(temporary, folder, ANOTHER);
      return;
    }
    replaceLocked(folder, keptBecause(folder), () => {
      mayReplace();
      removePieces();
      publish();
    });
  });
}

function keptBecause(folder: string): (reason: string, cause: unknown) => BsweepError {
  return (reason, cause) =>
    new BsweepError("CONFLICT", `the jobs in ${folder} are kept: ${reason}`, {
      hint: "run this again when it has ended",
      cause,
    });
}
