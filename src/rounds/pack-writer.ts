import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { encodePack, type FileToPack } from "../formats/result-pack.ts";
import { syncFolder, temporaryBeside } from "../workspace/atomic.ts";
import { packName } from "../workspace/layout.ts";
import { type LooseResult, lookAt, type OnProgress, type SeenResult } from "./loose-results.ts";
import { isAway, openPack, readMember } from "./packs.ts";

/** What a new pack holds, or would hold. */
export interface WrittenPack {
  /** Files that went into it, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Of the pack itself. */
  readonly packedBytes: number;
  /** Files that it gave back byte for byte. */
  readonly same: readonly Pick<SeenResult, "file" | "stamp">[];
}

type Total = Record<"files" | "bytes" | "packedBytes", number>;

/** What a pack of these files would be. @throws BsweepError WORKSPACE */
export function measurePack(files: readonly LooseResult[], onProgress: OnProgress): WrittenPack {
  const total: Total = { files: 0, bytes: 0, packedBytes: 0 };
  for (const member of encodePack(readAll(files, total, onProgress)))
    total.packedBytes += member.length;
  return { ...total, same: [] };
}

/**
 * Writes a pack under a temporary name, reads it back as every command will, holds it against each file, and gives it its
 * name, which tells its content and so is never given twice. What is gone meanwhile is left out.
 * @throws BsweepError WORKSPACE; then nothing is left of it
 */
export function writePack(
  roundFolder: string,
  files: readonly LooseResult[],
  onProgress: OnProgress,
): WrittenPack {
  const temporary = temporaryBeside(join(roundFolder, "packed"));
  const total: Total = { files: 0, bytes: 0, packedBytes: 0 };
  try {
    const digest = writeMembers(temporary, encodePack(readAll(files, total, onProgress)), total);
    if (total.files === 0) return { ...total, same: [] };
    const same = holdAgainst(temporary, files, total.files, onProgress);
    const path = join(roundFolder, packName(digest));
    // Of two that pack the same at once, the second has nothing to add.
    if (!existsSync(path)) renameSync(temporary, path);
    syncFolder(roundFolder);
    return { ...total, same };
  } catch (cause) {
    const message = `cannot pack ${roundFolder}: ${messageOf(cause)}`;
    throw new BsweepError("WORKSPACE", message, { cause });
  } finally {
    rmSync(temporary, { force: true });
  }
}

function* readAll(
  files: readonly LooseResult[],
  total: Total,
  onProgress: OnProgress,
): Generator<FileToPack> {
  for (const file of files) {
    const bytes = readAgain(file)?.bytes;
    if (bytes === undefined) continue;
    total.files += 1;
    total.bytes += bytes.length;
    onProgress("packing", total.files, files.length);
    yield { name: file.name, bytes };
  }
}

/** Undefined where somebody else has just packed it. @throws BsweepError WORKSPACE */
function readAgain(file: LooseResult): SeenResult | undefined {
  try {
    return lookAt(file);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw new BsweepError("WORKSPACE", `${file.path} ${messageOf(error)}`, { cause: error });
  }
}

/** @returns SHA-256 of the file, in hex */
function writeMembers(path: string, members: Iterable<Buffer>, total: Total): string {
  const digest = createHash("sha256");
  const file = openSync(path, "wx");
  try {
    for (const bytes of members) {
      for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
      total.packedBytes += bytes.length;
      digest.update(bytes);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return digest.digest("hex");
}

/** Not one byte may differ from the files as they are now. */
function holdAgainst(
  path: string,
  files: readonly LooseResult[],
  expected: number,
  onProgress: OnProgress,
): WrittenPack["same"] {
  const pack = openPack(path);
  const missing = new Map(files.map((file) => [file.name, file]));
  const same: WrittenPack["same"][number][] = [];
  let found = 0;
  for (const member of pack.members) {
    const content = readMember(pack, member);
    for (const { name, offset, length } of member.entries) {
      const file = missing.get(name);
      if (file === undefined) throw new Error(`read back ${name}, which was not written`);
      missing.delete(name);
      onProgress("reading back", ++found, expected);
      const seen = readAgain(file);
      if (seen === undefined) continue;
      if (!seen.bytes.equals(content.subarray(offset, offset + length)))
        throw new Error(`read back other bytes of ${name} than it has`);
      same.push({ file, stamp: seen.stamp });
    }
  }
  if (pack.complaint === undefined && found === expected) return same;
  throw new Error(`read back ${found} files of ${expected}`);
}
