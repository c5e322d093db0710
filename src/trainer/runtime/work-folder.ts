import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../../core/errors.ts";

const NAME = /^\.bsweep-work-(.+)-(\d+)-[0-9A-Za-z]+$/;
/** After this long a work folder of another machine counts as abandoned. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/**
 * Runs `use` in a new folder below `parent` that no other process shares, and removes it afterwards.
 * Folders that interrupted processes left behind are removed first. Rename what is to stay out of it.
 * @throws BsweepError WORKSPACE when nothing can be written there.
 */
export async function withWorkFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = makeWorkFolder(parent);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function makeWorkFolder(parent: string): string {
  try {
    mkdirSync(parent, { recursive: true });
    removeAbandoned(parent);
    return mkdtempSync(join(parent, `.bsweep-work-${hostname()}-${process.pid}-`));
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot write in ${parent}: ${messageOf(cause)}`, {
      hint: "make it writable; BSWEEP_CACHE names another folder for the cache",
      cause,
    });
  }
}

/** Puts the folder `from` in the place of `to`. When two processes do it at once, one of them wins and both succeed. */
export function replaceFolder(from: string, to: string, workFolder: string): void {
  const old = join(workFolder, randomBytes(6).toString("hex"));
  try {
    renameSync(to, old);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
  placeFolder(from, to);
}

/** Renames the folder `from` to `to`, unless another process has put one there meanwhile. */
export function placeFolder(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isSystemError(error, "ENOTEMPTY") && !isSystemError(error, "EEXIST")) throw error;
  }
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name);
    try {
      if (isAbandoned(folder, name)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Its last child process may still be writing there: the next run removes it.
    }
  }
}

function isAbandoned(folder: string, name: string): boolean {
  const owner = NAME.exec(name);
  if (owner === null) return false;
  if (owner[1] === hostname() && !isAlive(Number(owner[2]))) return true;
  return Date.now() - statSync(folder).mtimeMs > ABANDONED_AFTER_MS;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return isSystemError(error, "EPERM");
  }
}
