import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import {
  formatRoundFile,
  parseRoundFile,
  type Round,
  type RoundArray,
} from "../formats/round-file.ts";
import type { ManifestElement } from "../core/trial.ts";
import { parseManifestLine } from "../formats/manifest.ts";
import { listFolder, readPlainFile } from "../workspace/folder.ts";
import {
  arrayName,
  CANARY,
  type Layout,
  MANIFEST_ENDING,
  parseRoundName,
  ROUND_FILE,
  SUBMIT_SCRIPT,
  SUBMITTED_FOLDER,
} from "../workspace/layout.ts";

/** Numbers of the rounds of a study that stand in `jobs/<study>`, in order. Empty when there is none. */
export function listRounds(layout: Layout, study: string): number[] {
  return listFolder(layout.studyJobs(study))
    .map(parseRoundName)
    .filter((round) => round !== undefined)
    .sort((a, b) => a - b);
}

/**
 * A round's round.json; undefined for a folder with nothing of a round.
 * @throws BsweepError INVALID_MANIFEST when it cannot be used, or stands in another round's folder
 */
export function readRound(layout: Layout, study: string, number: number): Round | undefined {
  const folder = layout.round(study, number);
  const path = join(folder, ROUND_FILE);
  const round = readRoundFile(path);
  if (round === undefined && listFolder(folder).some((name) => name.endsWith(MANIFEST_ENDING))) {
    throw new BsweepError("INVALID_MANIFEST", `${folder} holds manifests, and no ${ROUND_FILE}`, {
      hint: "bring the file back; or, if nothing of the round is wanted, remove its folder",
    });
  }
  if (round === undefined || (round.study === study && round.round === number)) return round;
  throw new BsweepError(
    "INVALID_MANIFEST",
    `${path}: found round ${round.round} of ${round.study}, expected round ${number} of ${study}`,
  );
}

/** Every round of a study that has a round.json, in order. @throws BsweepError INVALID_MANIFEST */
export function readRounds(layout: Layout, study: string): Round[] {
  return listRounds(layout, study)
    .map((number) => readRound(layout, study, number))
    .filter((round) => round !== undefined);
}

/** A round whose files cannot be used, or read. */
export interface UnusableRound {
  /** Null: the rounds cannot even be listed. */
  readonly round: number | null;
  readonly error: BsweepError;
  /** Whether it has a round.json that can be used: then it is something that `collect` does not look at, nor tell of. */
  readonly isKnown: boolean;
}

/**
 * The rounds whose files can be used, and the others, in order: for what does as much as it can.
 * @param open gives what is wanted of a round, or throws as readRound does
 */
export function readUsableRounds<T>(
  layout: Layout,
  study: string,
  open: (round: Round) => T,
): { readonly usable: readonly T[]; readonly unusable: readonly UnusableRound[] } {
  const usable: T[] = [];
  const unusable: UnusableRound[] = [];
  const attempt = <R>(round: number | null, isKnown: boolean, read: () => R): R | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isOfRound(error)) throw error;
      unusable.push({ round, error, isKnown });
      return undefined;
    }
  };
  for (const number of attempt(null, false, () => listRounds(layout, study)) ?? []) {
    const round = attempt(number, false, () => readRound(layout, study, number));
    if (round !== undefined) usable.push(...(attempt(number, true, () => [open(round)]) ?? []));
  }
  return { usable, unusable };
}

/** Why a round cannot be used; undefined for one that can. */
export function whyUnusable(
  unusable: readonly UnusableRound[],
  number: number,
): BsweepError | undefined {
  return unusable.find(({ round }) => round === null || round === number)?.error;
}

/** Whether an error says that files of a round cannot be used, or read. */
export function isOfRound(error: unknown): error is BsweepError {
  return (
    error instanceof BsweepError &&
    (error.code === "INVALID_MANIFEST" || error.code === "WORKSPACE")
  );
}

/** Writes a round's round.json into the folder that is to become the round's. */
export function writeRoundFile(folder: string, round: Round): void {
  writeFileSync(join(folder, ROUND_FILE), formatRoundFile(round));
}

/** Undefined where there is no such file. @throws BsweepError INVALID_MANIFEST */
function readRoundFile(path: string): Round | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : parseRoundFile(text, path);
}

/** The elements of an array of a round, in order. @throws BsweepError INVALID_MANIFEST naming the file and the line */
export function readElements(
  layout: Layout,
  { study, round }: Pick<Round, "study" | "round">,
  { manifest }: Pick<RoundArray, "manifest">,
): ManifestElement[] {
  return readManifest(join(layout.round(study, round), manifest));
}

/** The elements of a manifest, in order. @throws BsweepError INVALID_MANIFEST naming the file and the line */
export function readManifest(path: string): ManifestElement[] {
  const lines = readLines(path);
  return lines.map((line, position) => parseManifestLine(line, path, position + 1));
}

/** @throws BsweepError INVALID_MANIFEST when there is no such file, or it cannot be read */
function readLines(path: string): readonly string[] {
  const text = readIfThere(path);
  if (text !== undefined) return text.trimEnd().split("\n");
  throw new BsweepError("INVALID_MANIFEST", `there is no ${path}`, {
    hint: "a round is written by bsweep generate, which puts all of its files in place at once",
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readPlainFile(path);
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return undefined;
    throw new BsweepError("INVALID_MANIFEST", `cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** An element of an array with what it shares with its round. */
export interface Element {
  readonly round: Round;
  readonly array: RoundArray;
  readonly element: ManifestElement;
  /** Folder the element's results go to. */
  readonly resultFolder: string;
  /** Where the round's canary leaves its one result. */
  readonly canaryFolder: string;
}

/**
 * Reads line `index` of a manifest and the round it belongs to.
 * @throws BsweepError INVALID_MANIFEST naming the file and the line
 */
export function readElement(manifestFile: string, index: number, layout: Layout): Element {
  const lines = readLines(manifestFile);
  const line = lines[index - 1];
  if (line === undefined) {
    const message = `${manifestFile} has no line ${index}: found ${lines.length}, one for each element`;
    throw new BsweepError("INVALID_MANIFEST", message, {
      hint: "the job array is larger than its manifest; generate the round again",
    });
  }
  const element = parseManifestLine(line, manifestFile, index);
  const { round, array } = readArray(manifestFile);
  const results = layout.roundResults(round.study, round.round);
  return {
    ...{ round, array, element },
    resultFolder: join(results, arrayName(array.array)),
    canaryFolder: join(results, arrayName(CANARY)),
  };
}

/** The round and the array of it that a manifest belongs to. @throws BsweepError INVALID_MANIFEST */
export function readArray(manifestFile: string): {
  readonly round: Round;
  readonly array: RoundArray;
} {
  const roundFile = join(dirname(manifestFile), ROUND_FILE);
  const round = readRoundFile(roundFile);
  const array = round?.arrays.find(({ manifest }) => manifest === basename(manifestFile));
  if (round !== undefined && array !== undefined) return { round, array };
  throw new BsweepError(
    "INVALID_MANIFEST",
    round === undefined
      ? `there is no ${roundFile}`
      : `${roundFile} knows no array with ${basename(manifestFile)}`,
  );
}

/**
 * Rounds with a submit.sh of which at least one array has no job id yet, in order. A canary is not missed where it
 * was left out.
 * @throws BsweepError INVALID_MANIFEST
 */
export function listUnsubmitted(layout: Layout, study: string): number[] {
  return readRounds(layout, study)
    .filter(({ round, arrays }) => {
      const folder = layout.round(study, round);
      if (!existsSync(join(folder, SUBMIT_SCRIPT))) return false;
      const recorded = new Set(listFolder(join(folder, SUBMITTED_FOLDER)));
      return arrays.some(
        ({ array }) => array !== CANARY && !recorded.has(`${arrayName(array)}.job`),
      );
    })
    .map(({ round }) => round);
}
