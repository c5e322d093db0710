import { mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BsweepError, complaintOf, messageOf } from "../core/errors.ts";
import type { PackMember } from "../formats/result-pack.ts";
import { syncFolder, temporaryBeside } from "../workspace/atomic.ts";
import type { OnProgress } from "./loose-results.ts";
import { isAway, type Pack, placeOf, readMember, readRoundPacks } from "./packs.ts";
import { readBytesNow } from "./result-text.ts";

/** What unpacking a round did. */
export interface UnpackedRound {
  /** Results whose files are there now. */
  readonly results: number;
  /** Packs that went. */
  readonly packs: number;
  /** Why, for each pack that stays. */
  readonly kept: readonly string[];
}

/**
 * Makes files of all packed results of a round, with the names and bytes they had, and removes each pack once all that it
 * holds stands there. One that is damaged, or holds other bytes than a file of the same name, stays.
 * @throws BsweepError WORKSPACE when something cannot be written
 */
export async function unpackRound(
  roundFolder: string,
  onProgress: OnProgress,
): Promise<UnpackedRound> {
  const { packs, complaints } = readRoundPacks(roundFolder);
  const done = { results: 0, packs: 0, kept: [...complaints] };
  const total = packs.flatMap(({ members }) => members).flatMap(({ entries }) => entries).length;
  for (const pack of packs) {
    const before = done.results;
    const wrong = await unpack(roundFolder, pack, (files) => {
      done.results += files;
      onProgress("unpacking", done.results, total);
    });
    // Somebody else has just unpacked it.
    if (wrong === "away") done.results = before;
    else if (wrong !== undefined) done.kept.push(`${pack.path}: ${wrong}`);
    else if (pack.complaint === undefined) {
      rmSync(pack.path, { force: true });
      done.packs += 1;
    }
  }
  syncFolder(roundFolder);
  return done;
}

/** @returns why the pack has to stay; `away` where it is gone */
async function unpack(
  roundFolder: string,
  pack: Pack,
  onFiles: (count: number) => void,
): Promise<string | undefined> {
  const wrong: string[] = [];
  const folders = new Set<string>();
  for (const member of pack.members) {
    try {
      const paths = await writeMember(roundFolder, member, readMember(pack, member));
      for (const path of paths) folders.add(dirname(path));
      onFiles(member.entries.length);
    } catch (error) {
      if (isAway(error)) return "away";
      if (!(error instanceof BsweepError) || error.code !== "INVALID_RESULT") throw error;
      wrong.push(error.message);
    }
  }
  for (const folder of folders) syncFolder(folder);
  const [first] = wrong;
  const others = wrong.length > 1 ? `, and so on: ${wrong.length} in all` : "";
  return first === undefined ? undefined : `${first}${others}`;
}

/**
 * Files of a member, each whole or not at all.
 * @throws BsweepError INVALID_RESULT where a name leads elsewhere, or a file with other bytes is there; WORKSPACE
 */
async function writeMember(
  roundFolder: string,
  { entries }: PackMember,
  content: Buffer,
): Promise<string[]> {
  const wanted = entries.map((entry) => {
    const place = placeOf(entry);
    if (place === undefined) throw invalid(`${JSON.stringify(entry.name)} is no result's name`);
    const bytes = content.subarray(entry.offset, entry.offset + entry.length);
    return { path: join(roundFolder, ...place), bytes };
  });
  await Promise.all(wanted.map(({ path, bytes }) => writeFile(path, bytes)));
  for (const { path, bytes } of wanted) {
    const found = readBack(path);
    if (found?.equals(bytes) !== true) throw invalid(`${path} has other bytes`);
  }
  return wanted.map(({ path }) => path);
}

function readBack(path: string): Buffer | undefined {
  try {
    return readBytesNow(path);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw invalid(`${path} ${messageOf(error)}`);
  }
}

function invalid(message: string): BsweepError {
  return new BsweepError("INVALID_RESULT", message);
}

/** As writeFileAtomic does, many at once; one that is there stays. */
async function writeFile(path: string, bytes: Buffer): Promise<void> {
  if (readBack(path) !== undefined) return;
  const temporary = temporaryBeside(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (readBack(path) === undefined) renameSync(temporary, path);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    const message = `cannot write ${basename(path)}: ${messageOf(cause)}`;
    throw new BsweepError("WORKSPACE", message, { cause });
  } finally {
    complaintOf(() => rmSync(temporary, { force: true }));
  }
}
