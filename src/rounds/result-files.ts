import type { Dirent } from "node:fs";
import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, valueOr } from "../core/errors.ts";
import { listEntries } from "../workspace/folder.ts";
import { parseArrayName, parseRoundName } from "../workspace/layout.ts";
import {
  isAway,
  type PackedResult,
  readPackedBytes,
  readRoundPacks,
  type RoundPacks,
} from "./packs.ts";
import { readText, readTextNow } from "./result-text.ts";

/** Where an array's results lie. */
interface ResultFolder {
  /** `results/<study>`. */
  readonly parent: string;
  /** Below it: `round-001/array-02`. */
  readonly place: string;
  readonly round: number;
  readonly array: number;
}

/**
 * A file that claims to be a result, by its place: one of its own, or one in a pack of its round. There may be very many:
 * what follows from the rest is not kept.
 */
export class ResultFile {
  readonly #folder: ResultFolder;
  readonly #packed: PackedResult | undefined;
  readonly name: string;
  /** False for a link, a pipe, a device, a folder: no result, whatever its name. */
  readonly isPlain: boolean;

  constructor(folder: ResultFolder, name: string, of: Dirent | PackedResult) {
    this.#folder = folder;
    this.name = name;
    this.#packed = "pack" in of ? of : undefined;
    this.isPlain = "pack" in of || of.isFile();
  }

  /** `round-001/array-02/17.<trialId>.1.<nonce>.json`: its name in the database. */
  get file(): string {
    return `${this.#folder.place}/${this.name}`;
  }

  /** Of the file itself, which may not be there where a pack has it. */
  get path(): string {
    return `${this.#folder.parent}/${this.file}`;
  }

  get round(): number {
    return this.#folder.round;
  }

  get array(): number {
    return this.#folder.array;
  }

  get isPacked(): boolean {
    return this.#packed !== undefined;
  }

  /** Its text. @throws BsweepError as readText does */
  async read(): Promise<string> {
    if (this.#packed !== undefined) return this.readNow();
    try {
      return await readText(this.path);
    } catch (error) {
      return this.#readMoved(error);
    }
  }

  /** The same at once. */
  readNow(): string {
    try {
      if (this.#packed !== undefined) return readPackedBytes(this.#packed).toString("utf8");
      return readTextNow(this.path);
    } catch (error) {
      return this.#readMoved(error);
    }
  }

  /** What it was before it is read, in a word that differs when it has changed. @throws Error where nobody can tell */
  async stamp(): Promise<string> {
    if (this.#packed !== undefined)
      return `${this.#packed.pack.stamp} ${this.#packed.member.offset}`;
    const { size, mtimeNs, ino } = await lstat(this.path, { bigint: true });
    return `${size} ${mtimeNs} ${ino}`;
  }

  /** Packed or unpacked since it was listed. @throws the error, where it is neither */
  #readMoved(error: unknown): string {
    if (!isAway(error)) throw error;
    const { place } = this.#folder;
    const { results } = readRoundPacks(dirname(dirname(this.path)));
    const packed = results.get(basename(place))?.get(this.name);
    return packed === undefined ? readTextNow(this.path) : readPackedBytes(packed).toString("utf8");
  }
}

/** What lies below `results/<study>`. */
interface ResultListing {
  readonly files: readonly ResultFile[];
  /** Why, for each folder and pack that cannot be read: somebody else's, damaged, or a server's that does not answer. */
  readonly unreadable: readonly string[];
}

/**
 * Every `*.json` below `results/<study>/round-NNN/array-NN`, and those in the packs of these rounds; temporary files left
 * out, in no order. One folder that cannot be read hides no other.
 * What `readdir` tells is taken as it is: on cached storage `stat` may know less (contract 3).
 * @param folder `results/<study>`; no files when there is none
 */
export function listResultFiles(folder: string): ResultListing {
  const unreadable: string[] = [];
  const folders = [...eachResultFolder(folder, unreadable)];
  return { files: folders.flatMap(({ files }) => files), unreadable };
}

/** The same, a folder at a time. @param unreadable is told what cannot be read */
export function* eachResultFolder(
  folder: string,
  unreadable: string[],
): Generator<{ readonly place: string; readonly files: readonly ResultFile[] }> {
  for (const { name: roundFolder } of listOr(unreadable, folder)) {
    const round = parseRoundName(roundFolder);
    if (round === undefined) continue;
    const path = join(folder, roundFolder);
    const packs = readPacksOr(unreadable, path);
    const arrays = new Set(packs.results.keys());
    for (const { name } of listOr(unreadable, path)) arrays.add(name);
    for (const arrayFolder of arrays) {
      const array = parseArrayName(arrayFolder);
      if (array === undefined) continue;
      const place = `${roundFolder}/${arrayFolder}`;
      const own = { parent: folder, place, round, array };
      yield { place, files: listPlace(own, packs, (array) => listOr(unreadable, array)) };
    }
  }
}

/**
 * The results of one array. Packs are looked at before and after its folder: a result is put into one before its file
 * goes, and taken out of one before that goes.
 * @param before what the packs of the round held
 * @param list gives what is in a folder
 */
function listPlace(
  folder: ResultFolder,
  before: RoundPacks,
  list: (path: string) => readonly Dirent[],
): ResultFile[] {
  const path = join(folder.parent, folder.place);
  const plain = list(path)
    .filter(({ name }) => name.endsWith(".json") && !name.startsWith("."))
    .map((entry) => new ResultFile(folder, entry.name, entry));
  // What cannot be read was told before.
  const packs = [before, readPacksOr([], dirname(path))];
  const packed = packs.flatMap(({ results }) => results.get(basename(path)) ?? []);
  if (packed.length === 0) return plain;
  const files = new Map(plain.map((file) => [file.name, file]));
  for (const results of new Set(packed))
    for (const [name, each] of results)
      if (!files.has(name)) files.set(name, new ResultFile(folder, name, each));
  return [...files.values()];
}

/**
 * The results in one folder of an array, packed ones among them.
 * @throws BsweepError WORKSPACE when it cannot be read
 */
export function listArrayResults(folder: string): ResultFile[] {
  const [roundFolder, arrayFolder] = [basename(dirname(folder)), basename(folder)];
  const own: ResultFolder = {
    ...{ parent: dirname(dirname(folder)), place: `${roundFolder}/${arrayFolder}` },
    round: parseRoundName(roundFolder) ?? 0,
    array: parseArrayName(arrayFolder) ?? 0,
  };
  return listPlace(own, readPacksOr([], dirname(folder)), listEntries);
}

/** The folders themselves. @param unreadable as above */
export function* listResultPlaces(
  folder: string,
  unreadable: string[] = [],
): Generator<Omit<ResultFolder, "parent">> {
  for (const { name: roundFolder } of listOr(unreadable, folder)) {
    const round = parseRoundName(roundFolder);
    if (round === undefined) continue;
    for (const { name: arrayFolder } of listOr(unreadable, join(folder, roundFolder))) {
      const array = parseArrayName(arrayFolder);
      if (array !== undefined) yield { place: `${roundFolder}/${arrayFolder}`, round, array };
    }
  }
}

function readPacksOr(unreadable: string[], roundFolder: string): RoundPacks {
  // Where not even the folder can be read, its own listing tells.
  const none: RoundPacks = { packs: [], results: new Map(), complaints: [] };
  const packs = valueOr(none, () => readRoundPacks(roundFolder));
  unreadable.push(...packs.complaints);
  return packs;
}

/** What is in a folder; nothing where it cannot be read, which is told. */
function listOr(unreadable: string[], folder: string): readonly Dirent[] {
  try {
    return listEntries(folder);
  } catch (error) {
    unreadable.push(messageOf(error));
    return [];
  }
}
