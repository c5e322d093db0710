import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatasetHeader, PackedFile } from "../core/dataset.ts";
import { BsweepError, type Issue, messageOf, valueOr } from "../core/errors.ts";
import { formatCommand } from "../core/shell.ts";
import { parseDatasetHeader } from "../formats/dataset-header.ts";
import { readMade } from "./folder.ts";
import { createHash } from "node:crypto";

const BLOCK_BYTES = 1 << 20;

/** Creates `folder/name`, which must not exist, and hashes it while it is written. System errors are passed on. */
export function createPackedFile(folder: string, name: string) {
  const hash = createHash("sha256");
  let descriptor: number | undefined = openSync(join(folder, name), "wx");
  let bytes = 0;
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    /** After `finish` it does nothing. */
    close,
    write: (data: Uint8Array): void => {
      if (descriptor === undefined) throw new Error(`${name} is closed`);
      hash.update(data);
      bytes += data.length;
      for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    },
    /** Syncs and closes the file. */
    finish: (): PackedFile => {
      if (descriptor !== undefined) fsyncSync(descriptor);
      close();
      return { file: name, bytes, sha256: hash.digest("hex") };
    },
  };
}

/** Creates `folder/name` of blocks, one after another. Errors of the system and of the blocks are passed on. */
export async function writePackedFile(
  folder: string,
  name: string,
  blocks: AsyncIterable<Uint8Array>,
): Promise<PackedFile> {
  const file = createPackedFile(folder, name);
  try {
    for await (const block of blocks) file.write(block);
    return file.finish();
  } finally {
    file.close();
  }
}

/** SHA-256 of a file in hex, at flat memory. */
export function hashFile(path: string): string {
  const hash = createHash("sha256");
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const descriptor = openSync(path, "r");
  try {
    for (let bytes = BLOCK_BYTES; bytes > 0;) {
      bytes = readSync(descriptor, block);
      hash.update(block.subarray(0, bytes));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}

/** Size and hash of `folder/name`. System errors are passed on. */
export function describePackedFile(folder: string, name: string): PackedFile {
  const path = join(folder, name);
  return { file: name, bytes: statSync(path).size, sha256: hashFile(path) };
}

/** Names inside the folder of a packed data set. */
export const DATASET_FILE = "dataset.json";
export const IMAGES_FILE = "images.bin";
export const LABELS_FILE = "labels.bin";

/** A packed data set whose files are there with the sizes the header gives. */
export interface PackedDataset {
  readonly folder: string;
  readonly header: DatasetHeader;
  readonly imagesFile: string;
  readonly labelsFile: string | null;
}

/**
 * Opens the data set in `folder`.
 * @param options.verify also reads both files whole and compares their SHA-256.
 * @throws BsweepError INVALID_DATA when there is none, or it is damaged
 */
export function openPackedDataset(
  folder: string,
  options: { readonly verify?: boolean } = {},
): PackedDataset {
  const header = readHeader(folder);
  const files = header.labels === null ? [header.images] : [header.images, header.labels];
  const issues = files.flatMap((file) => checkPackedFile(folder, file, options.verify ?? false));
  if (issues.length > 0) {
    throw new BsweepError("INVALID_DATA", `the data set in ${folder} is damaged`, {
      issues,
      hint: "make it again with bsweep prepare --force",
    });
  }
  const labelsFile = header.labels === null ? null : join(folder, header.labels.file);
  return { folder, header, imagesFile: join(folder, header.images.file), labelsFile };
}

/** A packed data set with labels. */
export type LabelledDataset = PackedDataset & { readonly labelsFile: string };

/** @throws BsweepError INVALID_DATA when it is missing, not the one of this digest, or has no labels */
export function openLabelledDataset(path: string, digest: string): LabelledDataset {
  const opened = openPackedDataset(path);
  const { header, labelsFile } = opened;
  if (header.digest !== digest) {
    const message = `the data set in ${path} is not the one the study was planned with`;
    throw new BsweepError("INVALID_DATA", message, {
      hint: `found ${header.digest}, expected ${digest}: plan and generate again, or bring the old data back`,
    });
  }
  if (labelsFile === null)
    throw new BsweepError("INVALID_DATA", `the data set in ${path} has no labels`);
  return { ...opened, labelsFile };
}

function readHeader(folder: string): DatasetHeader {
  const file = join(folder, DATASET_FILE);
  const isFile = statSync(folder, { throwIfNoEntry: false })?.isFile() ?? false;
  const absent = isFile
    ? `${folder} is no packed data set: it is a file, a data set is a folder`
    : `there is no data set in ${folder}: ${DATASET_FILE} is missing`;
  const hint = suggestPrepare(folder);
  return parseDatasetHeader(readMade(file, "INVALID_DATA", absent, hint), file);
}

/** The command that makes the data set that was to be at `path`, of the CSV or IDX file that is there or in there. */
function suggestPrepare(path: string): string {
  if (basename(path) === DATASET_FILE) return `name its folder in the study: ${dirname(path)}`;
  const names = valueOr([], () => readdirSync(path));
  const csv = names.find((name) => name.endsWith(".csv"));
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const source = csv === undefined ? (isFile ? path : "train.csv") : join(path, csv);
  const asked = isFile ? path.replace(/(?<=[^/])\.[^/]*$/, "") : path;
  // What is there and is no data set is never replaced.
  const free = [asked, `${asked}-packed`, join(path, "packed")].find(isFree) ?? asked;
  const words = isCsv(source) ? ["--csv", source] : ["--images", source, "--labels", "LABELS"];
  const named = free === path ? "" : `, then name ${free} in the study`;
  return `make one with ${formatCommand("bsweep", "prepare", ...words, "--to", free)}${named}`;
}

const isCsv = (file: string): boolean => !/(?:\.gz|-ubyte|\.idx)$/.test(file);

/** Whether `bsweep prepare` may put a data set there. */
function isFree(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined || (found.isDirectory() && readdirSync(path).length === 0);
}

/** What is wrong with a packed file: nothing, or one issue. */
export function checkPackedFile(folder: string, packed: PackedFile, verify: boolean): Issue[] {
  const file = join(folder, packed.file);
  const issue = (message: string): Issue[] => [{ file, path: "", message }];
  try {
    const bytes = statSync(file).size;
    if (bytes !== packed.bytes) return issue(`found ${bytes} bytes, expected ${packed.bytes}`);
    if (!verify) return [];
    const found = hashFile(file);
    return found === packed.sha256 ? [] : issue(`found sha256 ${found}, expected ${packed.sha256}`);
  } catch (error) {
    return issue(`cannot be read: ${messageOf(error)}`);
  }
}
