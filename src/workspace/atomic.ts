import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import { clearLeftovers } from "./leftovers.ts";
import { makerMark } from "./maker.ts";

/** A name beside `path` that no other process will pick and no reader takes for a result; leftovers.ts knows it again. */
export function temporaryBeside(path: string): string {
  return join(
    dirname(path),
    `.${basename(path)}.${makerMark()}.${randomBytes(6).toString("hex")}.tmp`,
  );
}

/**
 * Writes a file so that it appears whole or not at all (contract 3): unique temporary name in the same
 * folder, write, fsync, rename, fsync of the folder. Makes the folder if need be.
 * @throws BsweepError WORKSPACE when the disk is full, read-only, or the folder cannot be made.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeAndSync(temporary, data);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    removeQuietly(temporary);
    throw cannotWrite(path, cause);
  }
}

/** What file systems answer that know no second name for a file. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"];

/**
 * Writes a file that nobody has written yet, whole: of all who try one alone succeeds, also across hosts (link(2) is
 * exclusive on network file systems too). Makes the folder if need be.
 * @returns whether it was this call
 * @throws BsweepError WORKSPACE as writeFileAtomic does
 */
export function writeFileOnce(path: string, data: string): boolean {
  const temporary = temporaryBeside(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) return false;
    writeAndSync(temporary, data);
    const isMine = linkOnce(temporary, path) ?? createOnce(path, data);
    if (isMine) syncFolder(dirname(path));
    return isMine;
  } catch (cause) {
    throw cannotWrite(path, cause);
  } finally {
    removeQuietly(temporary);
  }
}

/** Undefined where there are no links. */
function linkOnce(temporary: string, path: string): boolean | undefined {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (NO_LINKS.some((code) => isSystemError(error, code))) return undefined;
    if (!isSystemError(error, "EEXIST")) throw error;
    // A network may lose the answer, and asks again.
    return statSync(temporary).nlink > 1;
  }
}

/** As exclusive; a reader may come before all is written. */
function createOnce(path: string, data: string): boolean {
  try {
    writeAndSync(path, data);
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  }
}

/** Where the folder is a file, there is nothing to remove: the first error is the one to tell. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // See above.
  }
}

function writeAndSync(path: string, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const file = openSync(path, "wx");
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a rename in `folder` survive a power cut. Folders that cannot be synced (some network file systems) are left. */
export function syncFolder(folder: string): void {
  let file: number | undefined;
  try {
    file = openSync(folder, "r");
    fsyncSync(file);
  } catch {
    // The rename itself has happened; there is nothing more that could be done.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

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
  clearLeftovers(dirname(target));
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

/**
 * Puts a folder in the place of another, which steps aside first, for none can be renamed over another; it comes back if
 * need be. After a kill in between, `clearLeftovers` finds the rest.
 * @param folder complete; beside the target
 */
export function replaceFolder(folder: string, target: string): void {
  syncFolder(folder);
  const beside = folder.endsWith(".tmp") ? folder : temporaryBeside(target);
  const old = existsSync(target) ? beside.replace(/tmp$/, "old") : undefined;
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
