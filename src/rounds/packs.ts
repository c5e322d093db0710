import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { BsweepError, isSystemError } from "../core/errors.ts";
import {
  END_BYTES,
  findMembers,
  MAX_PACK_BYTES,
  openMember,
  type PackedEntry,
  type PackMember,
  parseEnd,
  parseIndex,
} from "../formats/result-pack.ts";
import { listFolder } from "../workspace/folder.ts";
import { isPackName, parseArrayName, parseResultName } from "../workspace/layout.ts";
import { explainUnread, READ_FLAGS } from "./result-text.ts";

/** What was made out of a pack. */
interface Found {
  readonly members: readonly PackMember[];
  readonly complaint: string | undefined;
}

/** A pack as it was opened. Its name never stands for other bytes, but somebody may have changed it. */
export class Pack {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Size, time of change and inode. */
  readonly stamp: string;
  readonly members: readonly PackMember[];
  /** By folder of an array, and name there. */
  readonly results: Results;
  /** What is wrong with it as a whole; undefined for nothing. Members may be there all the same. */
  readonly complaint: string | undefined;

  constructor(path: string, size: number, stamp: string, { members, complaint }: Found) {
    [this.path, this.size, this.stamp, this.members] = [path, size, stamp, members];
    const results = new Map<string, Map<string, PackedResult>>();
    const strange: string[] = [];
    for (const member of members)
      for (const entry of member.entries) {
        const [folder, name] = placeOf(entry) ?? [];
        if (folder === undefined || name === undefined) strange.push(JSON.stringify(entry.name));
        else {
          const own = results.get(folder) ?? new Map<string, PackedResult>();
          if (own.size === 0) results.set(folder, own);
          if (!own.has(name)) own.set(name, { pack: this, member, entry, copy: undefined });
        }
      }
    this.results = results;
    this.complaint = complaint ?? explainStrange(path, strange);
  }
}

function explainStrange(path: string, [first, ...more]: readonly string[]): string | undefined {
  if (first === undefined) return undefined;
  return `${path} names ${more.length + 1} files that are no results (${first})`;
}

/** A result as it lies in a pack. */
export interface PackedResult {
  readonly pack: Pack;
  readonly member: PackMember;
  readonly entry: PackedEntry;
  /** The same name in another pack. */
  readonly copy: PackedResult | undefined;
}

/** What the packs of a round hold. */
export interface RoundPacks {
  readonly packs: readonly Pack[];
  /** By folder of an array, and name there. */
  readonly results: Results;
  /** Why, for what cannot be read. */
  readonly complaints: readonly string[];
}

/**
 * The packs in a round's folder of results. Only their indices are read, and again only when a pack has changed.
 * @throws BsweepError WORKSPACE when the folder cannot be read
 */
export function readRoundPacks(roundFolder: string): RoundPacks {
  const packs: Pack[] = [];
  const complaints: string[] = [];
  for (const name of listFolder(roundFolder).filter(isPackName).sort()) {
    const path = join(roundFolder, name);
    try {
      const pack = openPack(path);
      packs.push(pack);
      if (pack.complaint !== undefined) complaints.push(pack.complaint);
    } catch (error) {
      // Unpacked meanwhile.
      if (isAway(error)) continue;
      if (!(error instanceof BsweepError)) throw error;
      complaints.push(`${path}: ${error.message}`);
    }
  }
  const known = indexed.get(roundFolder);
  const isKnown =
    known?.packs.length === packs.length && packs.every((pack, at) => pack === known.packs[at]);
  const results = isKnown ? known.results : mergePacks(packs);
  const found = { packs, results, complaints };
  if (packs.length > 0 || known !== undefined) indexed.set(roundFolder, found);
  return found;
}

/** What packs held when they were looked at last, by the folder of their round. */
const indexed = new Map<string, RoundPacks>();

/** Whether what was to be read is not there. */
export function isAway(error: unknown): boolean {
  return error instanceof BsweepError && isSystemError(error.cause, "ENOENT");
}

type Results = ReadonlyMap<string, ReadonlyMap<string, PackedResult>>;

/** One pack's own are taken as they are. */
function mergePacks(packs: readonly Pack[]): Results {
  const [only, ...more] = packs;
  if (only !== undefined && more.length === 0) return only.results;
  const results = new Map<string, Map<string, PackedResult>>();
  for (const pack of packs)
    for (const [folder, own] of pack.results) {
      const merged = results.get(folder) ?? new Map<string, PackedResult>();
      results.set(folder, merged);
      for (const [name, packed] of own) {
        const first = merged.get(name);
        merged.set(name, first === undefined ? packed : addCopy(first, packed));
      }
    }
  return results;
}

function addCopy(first: PackedResult, packed: PackedResult): PackedResult {
  const copy = first.copy === undefined ? packed : addCopy(first.copy, packed);
  return { ...first, copy };
}

/** The folder and the name of a result below its round; undefined for what is no result's name, or leads elsewhere. */
export function placeOf({
  name,
}: Pick<PackedEntry, "name">): readonly [string, string] | undefined {
  const slash = name.indexOf("/");
  const [folder, file] = [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)];
  const isPlace = parseArrayName(folder) !== undefined && parseResultName(file) !== undefined;
  return isPlace ? [folder, file] : undefined;
}

/** Packs that were opened before, by path. */
const opened = new Map<string, Pack>();

/** Opens a pack, whatever its name. @throws BsweepError INVALID_RESULT with the reason */
export function openPack(path: string): Pack {
  return withFile(path, (file) => {
    const { size, mtimeNs, ino } = fstatSync(file, { bigint: true });
    const stamp = `${size} ${mtimeNs} ${ino}`;
    const known = opened.get(path);
    if (known?.stamp === stamp) return known;
    const pack = new Pack(path, Number(size), stamp, readMembers(file, path, Number(size)));
    opened.set(path, pack);
    return pack;
  });
}

function readMembers(file: number, path: string, size: number): Found {
  if (size > MAX_PACK_BYTES) {
    const complaint = `${path}: found ${size} bytes, expected at most ${MAX_PACK_BYTES}`;
    return { members: [], complaint };
  }
  const members = readIndex(file, size);
  if (members !== undefined) return { members, complaint: undefined };
  const complaint = `the index of ${path} is damaged, and what members say themselves was taken; the rest of it`;
  return { members: findMembers(readAt(file, 0, size)), complaint };
}

function readIndex(file: number, size: number): readonly PackMember[] | undefined {
  if (size < END_BYTES) return undefined;
  const end = parseEnd(readAt(file, size - END_BYTES, END_BYTES));
  const length = size - END_BYTES - (end?.indexOffset ?? 0);
  if (end === undefined || length < 0) return undefined;
  return parseIndex(readAt(file, end.indexOffset, length), end);
}

/**
 * The text of a packed result, from whichever pack has it whole.
 * @throws BsweepError INVALID_RESULT with the reason; with a cause where it could not be read now
 */
export function readPackedBytes(packed: PackedResult): Buffer {
  const { pack, member, entry, copy } = packed;
  try {
    const content = readMember(pack, member);
    return content.subarray(entry.offset, entry.offset + entry.length);
  } catch (error) {
    if (copy !== undefined) return readPackedBytes(copy);
    if (!(error instanceof BsweepError) || error.cause !== undefined) throw error;
    throw new BsweepError("INVALID_RESULT", `${basename(pack.path)}: ${error.message}`);
  }
}

/** The member that was read last: the results of one are wanted one after another. */
let last: { readonly member: PackMember; readonly content: Buffer } | undefined;

/** All that a member holds. @throws BsweepError as readPackedBytes does */
export function readMember(pack: Pack, member: PackMember): Buffer {
  if (last?.member !== member)
    last = { member, content: openMember(readRange(pack, member.offset, member.size), member) };
  return last.content;
}

/** So many bytes are read of a pack at once. */
const WINDOW_BYTES = 1 << 20;
let window: { readonly pack: Pack; readonly start: number; readonly bytes: Buffer } | undefined;

function readRange(pack: Pack, offset: number, length: number): Buffer {
  const isInside =
    window?.pack === pack &&
    offset >= window.start &&
    offset + length <= window.start + window.bytes.length;
  if (!isInside) {
    const bytes = withFile(pack.path, (file) =>
      readAt(file, offset, Math.min(pack.size - offset, Math.max(length, WINDOW_BYTES))),
    );
    window = { pack, start: offset, bytes };
  }
  const start = offset - (window?.start ?? 0);
  return window?.bytes.subarray(start, start + length) ?? Buffer.alloc(0);
}

/** @throws BsweepError INVALID_RESULT, with a cause */
function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number | undefined;
  try {
    file = openSync(path, READ_FLAGS);
    if (!fstatSync(file).isFile()) throw new Error("it is no plain file");
    return use(file);
  } catch (cause) {
    throw explainUnread(cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Less than was asked for where the file ends before. */
function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}
