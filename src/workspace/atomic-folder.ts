import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { syncFolder, temporaryBeside } from "./atomic.ts";

/**
 * Fills a folder beside `target` that takes its place only when `publish` is called; otherwise, and
 * after any error, nothing of it is left.
 * @throws BsweepError WORKSPACE when it cannot be written; errors of `fill` that are BsweepErrors
 */
export async function withFolderBeside<T>(
  target: string,
  fill: (folder: string, publish: () => void) => Promise<T>,
): Promise<T> {
  const temporary = temporaryBeside(target);
  try {
    mkdirSync(temporary, { recursive: true });
  } catch (cause) {
    throw cannotWrite(target, cause);
  }
  try {
    return await fill(temporary, () => replaceFolder(temporary, target));
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    throw cannotWrite(target, cause);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function cannotWrite(target: string, cause: unknown): BsweepError {
  return new BsweepError("WORKSPACE", `cannot write ${target}: ${messageOf(cause)}`, { cause });
}

/** A folder cannot be renamed over another: the old one steps aside first, and comes back if need be. */
function replaceFolder(folder: string, target: string): void {
  syncFolder(folder);
  const old = existsSync(target) ? temporaryBeside(target) : undefined;
  if (old !== undefined) renameSync(target, old);
  try {
    renameSync(folder, target);
  } catch (error) {
    if (old !== undefined) renameSync(old, target);
    throw error;
  }
  syncFolder(dirname(target));
  if (old !== undefined) rmSync(old, { recursive: true, force: true });
}
