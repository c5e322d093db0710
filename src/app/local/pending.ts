import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import type { Objective } from "../../core/study.ts";
import type { ManifestElement, Trial, TrialResult } from "../../core/trial.ts";
import { parseManifestLine } from "../../formats/manifest.ts";
import { parseResult } from "../../formats/result-file.ts";
import { parseRoundFile } from "../../formats/round-file.ts";
import {
  arrayName,
  CANARY,
  type Layout,
  logFolderName,
  parseResultName,
  ROUND_FILE,
} from "../../workspace/layout.ts";
import { listFolder, listRounds } from "../../workspace/folder.ts";

/** An element of a round on disk, with where its parts lie. All paths are absolute. */
export interface LocalElement {
  readonly element: ManifestElement;
  readonly round: number;
  readonly jobName: string;
  readonly script: string;
  readonly logFolder: string;
  readonly resultFolder: string;
}

/** Every element of the study's rounds, in order. @throws BsweepError INVALID_MANIFEST */
export function listElements(layout: Layout, study: string): LocalElement[] {
  return listRounds(layout, study).flatMap((round) => {
    const folder = layout.round(study, round);
    const file = join(folder, ROUND_FILE);
    const { arrays, cluster } = parseRoundFile(readFileSync(file, "utf8"), file);
    if (cluster?.pool != null) throw madeForPool(study, round);
    // The canary's trial stands in the first array too.
    const own = arrays.filter(({ array }) => array !== CANARY);
    return own.flatMap(({ array, jobName, manifest, script }) =>
      readManifest(join(folder, manifest)).map((element) => ({
        element,
        round,
        jobName,
        script: join(folder, script),
        logFolder: join(folder, logFolderName(array)),
        resultFolder: join(layout.roundResults(study, round), arrayName(array)),
      })),
    );
  });
}

/** Its job files start tasks on a cluster's hosts. */
function madeForPool(study: string, round: number): BsweepError {
  return new BsweepError("CONFLICT", `round ${round} of ${study} is made of parallel jobs`, {
    hint: "to try it here, take cluster.pool out of the study, then: bsweep generate --overwrite",
  });
}

function readManifest(file: string): ManifestElement[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line, index) => parseManifestLine(line, file, index + 1));
}

/** Reads results by trial; each folder is listed once until `forget`. */
export class ResultReader {
  readonly #namesByAttempt = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** The valid result of this attempt at the trial, if there is one. */
  find(folder: string, { trialId, attempt }: Trial): TrialResult | undefined {
    for (const name of this.#index(folder).get(`${trialId}.${attempt}`) ?? []) {
      try {
        return parseResult(readFileSync(join(folder, name), "utf8"), name);
      } catch {
        // Torn or foreign: collect sets it aside with its reason, here it is as if there were none.
      }
    }
    return undefined;
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

/** Whether `value` beats `best` in the objective's direction. */
export function isBetter(
  value: number,
  best: number | undefined,
  { direction }: Objective,
): boolean {
  if (best === undefined) return true;
  return direction === "maximize" ? value > best : value < best;
}
