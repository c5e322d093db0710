import { readFileSync, readdirSync } from "node:fs";
import { BsweepError, isSystemError, messageOf, type ErrorCode } from "../core/errors.ts";

/**
 * Names in a folder, in no order; none when the folder is not there.
 * @throws BsweepError WORKSPACE when it cannot be read
 */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw new BsweepError("WORKSPACE", `cannot read ${folder}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * The text of a file that a command makes.
 * @param absent what is said where it is not there
 * @throws BsweepError of this code
 */
export function readMade(file: string, code: ErrorCode, absent: string, hint: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = isAbsent(cause) ? absent : `cannot read ${file}: ${messageOf(cause)}`;
    throw new BsweepError(code, message, { hint, cause });
  }
}

function isAbsent(error: unknown): boolean {
  return isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR");
}
