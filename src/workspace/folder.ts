import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { BsweepError, isSystemError, messageOf, type ErrorCode } from "../core/errors.ts";
import type { Layout } from "./layout.ts";

/**
 * Names in a folder, in no order; none when the folder is not there.
 * @throws BsweepError WORKSPACE when it cannot be read
 */
export function listFolder(folder: string): string[] {
  return list(folder, () => readdirSync(folder));
}

/** The same, with what each entry is, as far as the folder itself tells it. */
export function listEntries(folder: string): Dirent[] {
  return list(folder, () => readdirSync(folder, { withFileTypes: true }));
}

/**
 * The plain files in a folder and in those below it, by their names relative to it, with `/`, in order; links are not followed.
 * @throws BsweepError WORKSPACE when one cannot be read
 */
export function listTree(folder: string, below = ""): string[] {
  const entries = listEntries(below === "" ? folder : `${folder}/${below}`);
  const names = entries.flatMap((entry) => {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return listTree(folder, name);
    return entry.isFile() ? [name] : [];
  });
  return below === "" ? names.sort() : names;
}

function list<T>(folder: string, read: () => T[]): T[] {
  try {
    return read();
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw new BsweepError("WORKSPACE", `cannot read ${folder}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * A command that only reads, or needs something that stands there, makes no workspace: its name may be mistyped.
 * @throws BsweepError WORKSPACE where there is none
 */
export function requireWorkspace({ workspace }: Pick<Layout, "workspace">): void {
  if (existsSync(workspace)) return;
  throw new BsweepError("WORKSPACE", `there is no workspace ${workspace}`, {
    hint: "--workspace, or else BSWEEP_WORKSPACE, names the folder that holds jobs/ and results/",
  });
}

/** Longest file that is read at once: manifests of the largest arrays are smaller. */
const MAX_TEXT_BYTES = 512 * 1024 * 1024;

/**
 * Opens a plain file to read, or one that a link leads to: a pipe or a device under its name is not waited for. What
 * trainers leave, whose links lead anywhere, is read as results are.
 * @throws Error as openSync does, and for what is no plain file
 */
export function openPlainFile(file: string): number {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error("it is no plain file");
}

/** The text of such a file. @throws Error as openPlainFile does, and for one that is too long */
export function readPlainFile(file: string): string {
  return usePlainFile(file, (descriptor) => {
    const { size } = fstatSync(descriptor);
    if (size > MAX_TEXT_BYTES) throw new Error(`found ${size} bytes`);
    return readFileSync(descriptor, "utf8");
  });
}

/** All bytes of such a file. @throws Error as openPlainFile does */
export function readPlainBytes(file: string): Buffer {
  return usePlainFile(file, (descriptor) => readFileSync(descriptor));
}

function usePlainFile<T>(file: string, use: (descriptor: number) => T): T {
  const descriptor = openPlainFile(file);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The text of a file that a command makes.
 * @param absent what is said where it is not there
 * @throws BsweepError of this code
 */
export function readMade(file: string, code: ErrorCode, absent: string, hint: string): string {
  try {
    return readPlainFile(file);
  } catch (cause) {
    const message = isAbsent(cause) ? absent : `cannot read ${file}: ${messageOf(cause)}`;
    throw new BsweepError(code, message, { hint, cause });
  }
}

function isAbsent(error: unknown): boolean {
  return isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR");
}
