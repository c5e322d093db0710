import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isSystemError, valueOr } from "../core/errors.ts";
import { MAX_NAME_LENGTH } from "../formats/result-pack.ts";
import { listEntries, listFolder } from "../workspace/folder.ts";
import { parseArrayName, parseResultName } from "../workspace/layout.ts";
import { readBytesNow } from "./result-text.ts";

/** A result in a file of its own, below its round's folder. */
export interface LooseResult {
  /** `array-01/17.<trialId>.1.<nonce>.json` */
  readonly name: string;
  readonly path: string;
}

/** A file as it was before it was read. */
export interface SeenResult {
  readonly file: LooseResult;
  /** Size, change and inode. */
  readonly stamp: string;
  readonly bytes: Buffer;
}

/** Tells how far a step of long work is. */
export type OnProgress = (label: string, done: number, total: number) => void;

/**
 * Plain files with a result's name, by array, index and name: neighbours are alike, and are read one after another.
 * @throws BsweepError WORKSPACE when a folder cannot be read
 */
export function listLooseResults(roundFolder: string): LooseResult[] {
  const arrays = listFolder(roundFolder)
    .filter((name) => parseArrayName(name) !== undefined)
    .sort((a, b) => (parseArrayName(a) ?? 0) - (parseArrayName(b) ?? 0));
  return arrays.flatMap((array) =>
    listEntries(join(roundFolder, array))
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => ({ name, index: parseResultName(name)?.index }))
      .filter(({ index }) => index !== undefined)
      .sort((a, b) => (a.index ?? 0) - (b.index ?? 0) || (a.name < b.name ? -1 : 1))
      .map(({ name }) => ({ name: `${array}/${name}`, path: join(roundFolder, array, name) }))
      .filter(({ name }) => name.length <= MAX_NAME_LENGTH),
  );
}

/** Undefined where it is not there any more. @throws BsweepError INVALID_RESULT; Error */
export function lookAt(file: LooseResult): SeenResult | undefined {
  const stamp = stampOf(file);
  return stamp === undefined ? undefined : { file, stamp, bytes: readBytesNow(file.path) };
}

function stampOf({ path }: LooseResult): string | undefined {
  return valueOr(undefined, () => {
    const { size, mtimeNs, ino } = lstatSync(path, { bigint: true });
    return `${size} ${mtimeNs} ${ino}`;
  });
}

/** Removes files that are in a pack, unless one has changed since it was seen there. @returns how many are gone */
export function removeLooseResults(
  files: readonly Pick<SeenResult, "file" | "stamp">[],
  onProgress: OnProgress,
): number {
  let removed = 0;
  for (const [at, { file, stamp }] of files.entries()) {
    onProgress("removing", at + 1, files.length);
    if (stampOf(file) !== stamp) continue;
    try {
      rmSync(file.path);
      removed += 1;
    } catch (error) {
      if (!isSystemError(error, "ENOENT")) throw error;
    }
  }
  return removed;
}
