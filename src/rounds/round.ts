import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import type { Round, RoundArray } from "../core/round.ts";
import type { ManifestElement } from "../core/trial.ts";
import { parseManifestLine } from "../formats/manifest.ts";
import { parseRoundFile } from "../formats/round-file.ts";
import { listFolder } from "../workspace/folder.ts";
import { type Layout, MANIFEST_ENDING, parseRoundName, ROUND_FILE } from "../workspace/layout.ts";

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

/** Undefined where there is no such file. @throws BsweepError INVALID_MANIFEST */
export function readRoundFile(path: string): Round | undefined {
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
export function readLines(path: string): readonly string[] {
  const text = readIfThere(path);
  if (text !== undefined) return text.trimEnd().split("\n");
  throw new BsweepError("INVALID_MANIFEST", `there is no ${path}`, {
    hint: "a round is written by bsweep generate, which puts all of its files in place at once",
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return undefined;
    throw new BsweepError("INVALID_MANIFEST", `cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
