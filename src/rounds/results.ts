import { randomBytes } from "node:crypto";
import { closeSync, constants, type Dirent, openSync, promises as fs, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BsweepError, messageOf } from "../core/errors.ts";
import type { Trial, TrialResult } from "../core/trial.ts";
import { formatResult, historyText, parseResult } from "../formats/result-file.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { listEntries, listFolder } from "../workspace/folder.ts";
import {
  arrayName,
  type Layout,
  parseArrayName,
  parseResultName,
  parseRoundName,
  resultName,
  VERDICT_FILE,
} from "../workspace/layout.ts";

/** A result is some KiB; a larger file is no result, and is not read into memory. */
const MAX_RESULT_BYTES = 16 * 1024 * 1024;

/** Most results are smaller. */
const USUAL_BYTES = 16 * 1024;

/** A file that does not verify is read again after these pauses: cached storage may show it late. */
export const RETRY_PAUSES_MS: readonly number[] = [100, 400];

/** Leaves a result in its element's folder, whole or not at all, beside any other. @throws BsweepError WORKSPACE */
export function writeResult(folder: string, result: TrialResult): void {
  const { element, trialId, attempt } = result;
  const name = resultName(element.index, trialId, attempt, randomBytes(4).toString("hex"));
  writeFileAtomic(join(folder, name), formatResult(result));
}

/** Reads a result and verifies it, as readText does. @throws BsweepError INVALID_RESULT with the reason */
export async function readResult(path: string): Promise<TrialResult> {
  return verifyText(await readText(path)).result;
}

/** The result that a file's text is, and its history as JSON. @throws BsweepError INVALID_RESULT with the reason */
export function verifyText(text: string): { result: TrialResult; history: string } {
  const result = parseResult(text, "the file");
  return { result, history: historyText(text, result) };
}

/**
 * The valid result in a file, which is read again when it is not whole yet; undefined for what stays torn or foreign:
 * `collect` sets it aside with its reason, everywhere else it is as if there were none.
 */
export async function findResult(path: string): Promise<TrialResult | undefined> {
  for (const milliseconds of [0, ...RETRY_PAUSES_MS]) {
    if (milliseconds > 0) await pause(milliseconds);
    try {
      return await readResult(path);
    } catch (error) {
      if (!(error instanceof BsweepError)) throw error;
    }
  }
  return undefined;
}

/** Finds results by trial; each folder is listed once until `forget`. */
export class ResultFinder {
  readonly #namesByAttempt = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /**
   * The valid result that this attempt at the trial has left.
   * @param folders searched in turn: the element's own, and the canary's, which runs a trial of the first array
   */
  async find(
    folders: readonly string[],
    { trialId, attempt }: Pick<Trial, "trialId" | "attempt">,
  ): Promise<TrialResult | undefined> {
    for (const folder of folders) {
      for (const name of this.#index(folder).get(`${trialId}.${attempt}`) ?? []) {
        const result = await findResult(join(folder, name));
        if (result?.trialId === trialId && result.attempt === attempt) return result;
      }
    }
    return undefined;
  }

  /** Lists the folders, unless they were before. @throws BsweepError WORKSPACE when one cannot be read */
  list(folders: readonly string[]): void {
    for (const folder of folders) this.#index(folder);
  }

  forget(folder: string): void {
    this.#namesByAttempt.delete(folder);
  }

  #index(folder: string): ReadonlyMap<string, readonly string[]> {
    const known = this.#namesByAttempt.get(folder);
    if (known !== undefined) return known;
    const index = new Map<string, string[]>();
    for (const name of listFolder(folder)) {
      const parts = parseResultName(name);
      if (parts === undefined) continue;
      const key = `${parts.trialId}.${parts.attempt}`;
      index.set(key, [...(index.get(key) ?? []), name]);
    }
    this.#namesByAttempt.set(folder, index);
    return index;
  }
}

/** Links are not followed, and what is no plain file is refused rather than waited for. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a file that somebody else left, up to its end: `stat`, which may be behind on cached storage, is not asked.
 * @throws BsweepError INVALID_RESULT with the reason, on any failure; with a cause where it could not be read now
 */
export async function readText(path: string): Promise<string> {
  let file: fs.FileHandle | undefined;
  try {
    file = await fs.open(path, READ_FLAGS);
    let buffer = Buffer.allocUnsafe(USUAL_BYTES);
    for (let length = 0; ;) {
      if (length === buffer.length) buffer = grow(buffer);
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) return buffer.toString("utf8", 0, length);
      length += bytesRead;
    }
  } catch (cause) {
    throw explainUnread(cause);
  } finally {
    await file?.close();
  }
}

/** Holds the file that is read at once, one at a time. */
let space = Buffer.allocUnsafe(USUAL_BYTES);

/** The same at once: a tenth of the processor time, and nothing else goes on meanwhile. @throws as readText does */
export function readTextNow(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, READ_FLAGS);
    for (let length = 0; ;) {
      if (length === space.length) space = grow(space);
      const bytesRead = readSync(file, space, length, space.length - length, null);
      if (bytesRead === 0) return space.toString("utf8", 0, length);
      length += bytesRead;
    }
  } catch (cause) {
    throw explainUnread(cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function grow(buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const { length } = buffer;
  if (length <= MAX_RESULT_BYTES)
    return Buffer.concat([buffer], Math.min(2 * length, MAX_RESULT_BYTES + 1));
  throw new BsweepError("INVALID_RESULT", `found more than ${MAX_RESULT_BYTES} bytes`);
}

function explainUnread(cause: unknown): BsweepError {
  if (cause instanceof BsweepError) return cause;
  return new BsweepError("INVALID_RESULT", `cannot be read: ${messageOf(cause)}`, { cause });
}

/** Where an array's results lie. */
interface ResultFolder {
  /** `results/<study>`. */
  readonly parent: string;
  /** Below it: `round-001/array-02`. */
  readonly place: string;
  readonly round: number;
  readonly array: number;
}

/** A file that claims to be a result, by its place. There may be very many: what follows from the rest is not kept. */
export class ResultFile {
  readonly #folder: ResultFolder;
  readonly name: string;
  /** False for a link, a pipe, a device, a folder: no result, whatever its name. */
  readonly isPlain: boolean;

  constructor(folder: ResultFolder, entry: Dirent) {
    this.#folder = folder;
    this.name = entry.name;
    this.isPlain = entry.isFile();
  }

  /** `round-001/array-02/17.<trialId>.1.<nonce>.json`: its name in the database. */
  get file(): string {
    return `${this.#folder.place}/${this.name}`;
  }

  get path(): string {
    return `${this.#folder.parent}/${this.file}`;
  }

  get round(): number {
    return this.#folder.round;
  }

  get array(): number {
    return this.#folder.array;
  }
}

/** What lies below `results/<study>`. */
interface ResultListing {
  readonly files: readonly ResultFile[];
  /** Why, for each folder that cannot be read: somebody else's, or a server's that does not answer. */
  readonly unreadable: readonly string[];
}

/**
 * Every `*.json` below `results/<study>/round-NNN/array-NN`, temporary files left out, in no order. One folder that
 * cannot be read hides no other.
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
  for (const { place, round, array } of listResultPlaces(folder, unreadable)) {
    const own = { parent: folder, place, round, array };
    const files = listOr(unreadable, join(folder, place))
      .filter(({ name }) => name.endsWith(".json") && !name.startsWith("."))
      .map((entry) => new ResultFile(own, entry));
    yield { place, files };
  }
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

/** What is in a folder; nothing where it cannot be read, which is told. */
function listOr(unreadable: string[], folder: string): readonly Dirent[] {
  try {
    return listEntries(folder);
  } catch (error) {
    unreadable.push(messageOf(error));
    return [];
  }
}

/** Whether a trial's end shows that trials can run: one that diverged says nothing against the site. */
export function showsThatTrialsRun({ failure }: Pick<TrialResult, "failure">): boolean {
  return failure === null || failure.kind === "diverged";
}

/** Leaves a canary's end where submit.sh looks for it, in a word: `complete` or `failed`. */
export function writeVerdict(canaryFolder: string, result: TrialResult): void {
  const word = showsThatTrialsRun(result) ? "complete" : "failed";
  writeFileAtomic(join(dirname(canaryFolder), VERDICT_FILE), `${word}\n`);
}

/** The result of a round of one trial; undefined while there is none. */
export async function findOnlyResult(
  layout: Layout,
  study: string,
  round: number,
): Promise<TrialResult | undefined> {
  const folder = join(layout.roundResults(study, round), arrayName(1));
  for (const name of listFolder(folder)) {
    const result = await findResult(join(folder, name));
    if (result !== undefined) return result;
  }
  return undefined;
}
