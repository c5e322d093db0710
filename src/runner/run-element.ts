import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Trial } from "../core/trial.ts";
import { formatResult } from "../formats/result-file.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { type Layout, resultName } from "../workspace/layout.ts";
import { type Element, readElement } from "./element.ts";
import { hasValidResult } from "./existing-result.ts";
import { runOneTrial } from "./trial-run.ts";

export interface ElementOptions {
  readonly manifestFile: string;
  /** From 1: the line of the manifest. */
  readonly index: number;
  readonly layout: Layout;
  /** Aborts to stop: the running trial leaves no result, later ones do not start. */
  readonly signal: AbortSignal;
  /** A line on each trial, for the element's log. */
  readonly log: (line: string) => void;
}

export type ElementEnd = "done" | "interrupted";

/** Share of the wall time kept for writing the result, in seconds: a tenth, 5 to 60. */
function wallTimeMargin(walltimeSeconds: number): number {
  return Math.min(60, Math.max(5, walltimeSeconds / 10));
}

/**
 * Runs the trials of one array element, one after another, and leaves a result for each that has none.
 * Trials packed into an element share its wall time; a trial that fails spares the rest.
 * @throws BsweepError INVALID_MANIFEST, or WORKSPACE when a result cannot be written
 */
export async function runElement(options: ElementOptions): Promise<ElementEnd> {
  const found = readElement(options.manifestFile, options.index, options.layout);
  const { walltimeSeconds } = found.round.limits;
  // Reckoned from the start of this process, as performance.now() is.
  const endsAt = walltimeSeconds - wallTimeMargin(walltimeSeconds);
  for (const trial of found.element.trials) {
    if (options.signal.aborted) return "interrupted";
    if (hasValidResult(found.resultFolder, trial)) {
      options.log(`trial ${trial.number} (${trial.trialId}): has a valid result already`);
      continue;
    }
    const secondsLeft = endsAt - performance.now() / 1000;
    if (!(await leaveResult(trial, found, secondsLeft, options))) return "interrupted";
  }
  return "done";
}

async function leaveResult(
  trial: Trial,
  found: Element,
  secondsLeft: number,
  options: ElementOptions,
): Promise<boolean> {
  const { index, layout, signal, log } = options;
  log(`trial ${trial.number} (${trial.trialId}): ${JSON.stringify(trial.params)}`);
  const result = await runOneTrial(trial, {
    round: found.round,
    index,
    layout,
    secondsLeft,
    signal,
  });
  if (result === undefined) {
    log(`trial ${trial.number}: interrupted, no result`);
    return false;
  }
  const name = resultName(index, trial.trialId, trial.attempt, randomBytes(4).toString("hex"));
  writeFileAtomic(join(found.resultFolder, name), formatResult(result));
  const end =
    result.failure === null
      ? `${found.round.objective.metric} ${String(result.objective)}`
      : `${result.failure.kind}: ${result.failure.message}`;
  log(`trial ${trial.number}: ${result.state}, ${end} (${result.timing.seconds.toFixed(1)}s)`);
  return true;
}
