import { readdirSync } from "node:fs";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";

/**
 * Names in a folder, in no order; none when the folder is not there.
 * @throws BsweepError WORKSPACE when it cannot be read
 */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isSystemError(cause, "ENOENT") || isSystemError(cause, "ENOTDIR")) return [];
    throw new BsweepError("WORKSPACE", `cannot read ${folder}: ${messageOf(cause)}`, { cause });
  }
}
