import { closeSync, constants, promises as fs, openSync, readSync } from "node:fs";
import { BsweepError, messageOf } from "../core/errors.ts";

/** A result is some KiB; a larger file is no result, and is not read into memory. */
export const MAX_RESULT_BYTES = 16 * 1024 * 1024;

/** Most results are smaller. */
const USUAL_BYTES = 16 * 1024;

/** Links are not followed, and what is no plain file is refused rather than waited for. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a file that somebody else left, up to its end: `stat`, which may be behind on cached storage, is not asked.
 * @throws BsweepError INVALID_RESULT with the reason, on any failure; with a cause where it could not be read now
 */
export async function readText(path: string): Promise<string> {
  let file: fs.FileHandle | undefined;
  try {
    file = await fs.open(path, READ_FLAGS);
    let buffer = Buffer.allocUnsafe(USUAL_BYTES);
    for (let length = 0; ;) {
      if (length === buffer.length) buffer = grow(buffer);
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) return buffer.toString("utf8", 0, length);
      length += bytesRead;
    }
  } catch (cause) {
    throw explainUnread(cause);
  } finally {
    await file?.close();
  }
}

/** Holds the file that is read at once, one at a time. */
let space = Buffer.allocUnsafe(USUAL_BYTES);

/** The same at once: a tenth of the processor time, and nothing else goes on meanwhile. @throws as readText does */
export function readTextNow(path: string): string {
  return readNow(path, (length) => space.toString("utf8", 0, length));
}

/** Its bytes. @throws as readText does */
export function readBytesNow(path: string): Buffer {
  return readNow(path, (length) => Buffer.from(space.subarray(0, length)));
}

/** @param take makes what is wanted of the first bytes of the space */
function readNow<T>(path: string, take: (length: number) => T): T {
  let file: number | undefined;
  try {
    file = openSync(path, READ_FLAGS);
    for (let length = 0; ;) {
      if (length === space.length) space = grow(space);
      const bytesRead = readSync(file, space, length, space.length - length, null);
      if (bytesRead === 0) return take(length);
      length += bytesRead;
    }
  } catch (cause) {
    throw explainUnread(cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function grow(buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const { length } = buffer;
  if (length <= MAX_RESULT_BYTES)
    return Buffer.concat([buffer], Math.min(2 * length, MAX_RESULT_BYTES + 1));
  throw new BsweepError("INVALID_RESULT", `found more than ${MAX_RESULT_BYTES} bytes`);
}

/** Why something that somebody else left cannot be read now. */
export function explainUnread(cause: unknown): BsweepError {
  if (cause instanceof BsweepError) return cause;
  return new BsweepError("INVALID_RESULT", `cannot be read: ${messageOf(cause)}`, { cause });
}
