import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifestLine } from "../formats/manifest.ts";
import { parseArrayName, parseResultName, type Layout } from "../workspace/layout.ts";
import { listFolder, listRounds } from "../workspace/folder.ts";

/** What earlier rounds of a study hold. */
export interface ExistingTrials {
  /** Trial id -> number. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Ids with a result file: told by the name, the content is not read. */
  readonly withResult: ReadonlySet<string>;
  /** 0 when there is none. */
  readonly highestNumber: number;
  readonly highestRound: number;
}

/**
 * Reads the manifests of all rounds, one after another, and the names of the result files.
 * @param before leaves out this round and later ones
 * @throws BsweepError INVALID_MANIFEST
 */
export function readExistingTrials(
  layout: Layout,
  study: string,
  before = Infinity,
): ExistingTrials {
  const rounds = listRounds(layout, study).filter((round) => round < before);
  const numbers = new Map<string, number>();
  const withResult = new Set<string>();
  let highestNumber = 0;
  for (const round of rounds) {
    for (const { trialId, number } of readRoundTrials(layout.round(study, round))) {
      numbers.set(trialId, number);
      highestNumber = Math.max(highestNumber, number);
    }
    for (const trialId of readResultIds(layout.roundResults(study, round))) withResult.add(trialId);
  }
  return { numbers, withResult, highestNumber, highestRound: Math.max(0, ...rounds) };
}

/** Trials of a round's manifests. A manifest has at most 1000 lines, so one at a time is in memory. */
function* readRoundTrials(folder: string): Generator<{ trialId: string; number: number }> {
  for (const name of listFolder(folder).sort()) {
    if (!/^array-\d{2,}\.trials\.jsonl$/.test(name)) continue;
    const file = join(folder, name);
    const lines = readFileSync(file, "utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [index, line] of lines.entries())
      yield* parseManifestLine(line, file, index + 1).trials;
  }
}

function* readResultIds(folder: string): Generator<string> {
  for (const array of listFolder(folder)) {
    if (parseArrayName(array) === undefined) continue;
    for (const name of listFolder(join(folder, array))) {
      const result = parseResultName(name);
      if (result !== undefined) yield result.trialId;
    }
  }
}
