import { basename, dirname, join } from "node:path";
import { BsweepError } from "../core/errors.ts";
import type { Round, RoundArray } from "../formats/round-file.ts";
import type { ManifestElement } from "../core/trial.ts";
import { parseManifestLine } from "../formats/manifest.ts";
import { arrayName, CANARY, type Layout, ROUND_FILE } from "../workspace/layout.ts";
import { readLines, readRoundFile } from "./round.ts";

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
