import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BsweepError } from "../core/errors.ts";
import type { Trial, TrialResult } from "../core/trial.ts";
import { formatResult, historyText, parseResult } from "../formats/result-file.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import {
  arrayName,
  type Layout,
  parseResultName,
  resultName,
  VERDICT_FILE,
} from "../workspace/layout.ts";
import { listArrayResults, type ResultFile } from "./result-files.ts";

/** A file that does not verify is read again after these pauses: cached storage may show it late. */
export const RETRY_PAUSES_MS: readonly number[] = [100, 400];

/** Leaves a result in its element's folder, whole or not at all, beside any other. @throws BsweepError WORKSPACE */
export function writeResult(folder: string, result: TrialResult): void {
  const { element, trialId, attempt } = result;
  const name = resultName(element.index, trialId, attempt, randomBytes(4).toString("hex"));
  writeFileAtomic(join(folder, name), formatResult(result));
}

/** Reads a result and verifies it. @throws BsweepError INVALID_RESULT with the reason */
export async function readResult(file: Pick<ResultFile, "read">): Promise<TrialResult> {
  return verifyText(await file.read()).result;
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
export async function findResult(
  file: Pick<ResultFile, "read" | "isPacked">,
): Promise<TrialResult | undefined> {
  // A pack was whole when it got its name.
  for (const milliseconds of [0, ...(file.isPacked ? [] : RETRY_PAUSES_MS)]) {
    if (milliseconds > 0) await pause(milliseconds);
    try {
      return await readResult(file);
    } catch (error) {
      if (!(error instanceof BsweepError)) throw error;
    }
  }
  return undefined;
}

/** Finds results by trial; each folder is listed once until `forget`. */
export class ResultFinder {
  readonly #filesByAttempt = new Map<string, ReadonlyMap<string, readonly ResultFile[]>>();

  /**
   * The valid result that this attempt at the trial has left.
   * @param folders searched in turn: the element's own, and the canary's, which runs a trial of the first array
   */
  async find(
    folders: readonly string[],
    { trialId, attempt }: Pick<Trial, "trialId" | "attempt">,
  ): Promise<TrialResult | undefined> {
    for (const folder of folders) {
      for (const file of this.#index(folder).get(`${trialId}.${attempt}`) ?? []) {
        const result = await findResult(file);
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
    this.#filesByAttempt.delete(folder);
  }

  #index(folder: string): ReadonlyMap<string, readonly ResultFile[]> {
    const known = this.#filesByAttempt.get(folder);
    if (known !== undefined) return known;
    const index = new Map<string, ResultFile[]>();
    for (const file of listArrayResults(folder)) {
      const parts = parseResultName(file.name);
      if (parts === undefined) continue;
      const key = `${parts.trialId}.${parts.attempt}`;
      index.set(key, [...(index.get(key) ?? []), file]);
    }
    this.#filesByAttempt.set(folder, index);
    return index;
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
  for (const file of listArrayResults(folder)) {
    const result = await findResult(file);
    if (result !== undefined) return result;
  }
  return undefined;
}
