import { constants, promises as fs } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { parseArrayName, parseRoundName } from "../workspace/layout.ts";
import { listFolder } from "../workspace/folder.ts";

/** A file that claims to be a result, by its place. */
export interface ResultFile {
  /** `round-001/array-02/17.<trialId>.1.<nonce>.json`: its name in the database. */
  readonly file: string;
  readonly path: string;
  readonly round: number;
  readonly array: number;
  readonly name: string;
}

/** A result is some KiB; a larger file is no result, and is not read into memory. */
const MAX_RESULT_BYTES = 16 * 1024 * 1024;

/** Most results are smaller. */
const USUAL_BYTES = 16 * 1024;

/**
 * Every `*.json` below `results/<study>/round-NNN/array-NN`, temporary files left out, in no order.
 * What `readdir` tells is taken as it is: on cached storage `stat` may know less (contract 3).
 * @param folder `results/<study>`; no files when there is none
 * @throws BsweepError WORKSPACE when a folder cannot be read
 */
export function listResultFiles(folder: string): readonly ResultFile[] {
  const files: ResultFile[] = [];
  for (const roundFolder of listFolder(folder)) {
    const round = parseRoundName(roundFolder);
    if (round === undefined) continue;
    for (const arrayFolder of listFolder(join(folder, roundFolder))) {
      const array = parseArrayName(arrayFolder);
      if (array === undefined) continue;
      const place = `${roundFolder}/${arrayFolder}`;
      for (const name of listFolder(join(folder, place))) {
        if (name.startsWith(".") || !name.endsWith(".json")) continue;
        const file = `${place}/${name}`;
        files.push({ file, path: `${folder}/${file}`, round, array, name });
      }
    }
  }
  return files;
}

/**
 * Reads a result's text up to its end: `stat`, which may be behind on cached storage, is not asked.
 * Links are not followed, and what is no plain file is refused rather than waited for.
 * @throws BsweepError INVALID_RESULT with the reason, on any failure
 */
export async function readResultText(path: string): Promise<string> {
  let file: fs.FileHandle | undefined;
  try {
    file = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return await readToEnd(file);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("INVALID_RESULT", `cannot be read: ${messageOf(cause)}`, { cause });
  } finally {
    await file?.close();
  }
}

async function readToEnd(file: fs.FileHandle): Promise<string> {
  let buffer = Buffer.allocUnsafe(USUAL_BYTES);
  for (let length = 0; length <= MAX_RESULT_BYTES;) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length);
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) return buffer.toString("utf8", 0, length);
    length += bytesRead;
  }
  throw new BsweepError("INVALID_RESULT", `found more than ${MAX_RESULT_BYTES} bytes`);
}
