import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatasetHeader } from "../../core/dataset.ts";
import { BsweepError } from "../../core/errors.ts";
import {
  formatPreparation,
  parsePreparation,
  type Preparation,
} from "../../formats/dataset-piece.ts";
import { parseDatasetHeader } from "../../formats/dataset-header.ts";
import { withFolderBeside } from "../../workspace/atomic.ts";
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
import { listFolder, readPlainFile } from "../../workspace/folder.ts";
import { publishNew, syncFiles } from "../../rounds/round-folder.ts";
import { type Kept, replaceLocked } from "../../rounds/submit-lock.ts";
import type { RenderedFile } from "../generate/scripts.ts";
import { readJobId } from "../cluster/submitted.ts";
import { pieceName, piecesFolder } from "./pieces.ts";

/** How far it is, as files tell. */
export interface PreparationReport extends Pick<Preparation, "to" | "shards" | "site"> {
  /** `written`: by this call, or by an earlier one that was never submitted. */
  readonly state: "written" | "submitted" | "merged";
  /** Of the scripts, absolute. */
  readonly folder: string;
  readonly submitScript: string;
  /** Pieces that are not there, from 1, in order. */
  readonly missing: readonly number[];
  /** Ids of the jobs, as far as they are submitted. */
  readonly jobs: { readonly pieces: string | null; readonly merge: string | null };
  /** Null until it is merged. */
  readonly dataset: DatasetHeader | null;
}

const ANOTHER = {
  message: "another bsweep prepare has just written the jobs of this data set",
  hint: "run it again: it tells how far they are",
};

/** What stands in a folder of jobs; undefined when there is none. @throws BsweepError WORKSPACE */
export function readPreparation(folder: string): Preparation | undefined {
  const file = join(folder, PREPARATION_FILE);
  return existsSync(file) ? parsePreparation(readPlainFile(file), file) : undefined;
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
  const wanted = dataset === null ? Array.from({ length: shards }, (_, at) => at + 1) : [];
  const there = new Set(dataset === null ? listFolder(piecesFolder(to)) : []);
  const missing = wanted.filter((shard) => !there.has(pieceName({ shard, shards })));
  return {
    ...{ to, shards, site, state, folder, dataset, missing },
    submitScript: join(folder, SUBMIT_SCRIPT),
    jobs: { pieces: readJob(folder, CANARY), merge: readJob(folder, CANARY + 1) },
  };
}

/** The data set that the merge left, as long as it is the one that is there. */
function readMerged(folder: string, to: string): DatasetHeader | null {
  const file = join(folder, MERGED_FILE);
  if (!existsSync(file)) return null;
  try {
    const merged = parseDatasetHeader(readPlainFile(file), file);
    return openPackedDataset(to).header.digest === merged.digest ? merged : null;
  } catch (error) {
    if (error instanceof BsweepError) return null;
    throw error;
  }
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
      writeFileSync(join(temporary, name), text, { mode: 0o777 });
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
    const kept = ({ reason, ...options }: Kept): BsweepError =>
      new BsweepError("CONFLICT", `the jobs in ${folder} are kept: ${reason}`, options);
    replaceLocked(folder, kept, () => {
      mayReplace();
      removePieces();
      publish();
    });
  });
}
