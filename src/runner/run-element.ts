import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import type { Trial } from "../core/trial.ts";
import { formatResult } from "../formats/result-file.ts";
import { TIME_IS_UP } from "../process/supervise.ts";
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
  /**
   * Aborts to stop: the running trial leaves no result, later ones do not start. With `TIME_IS_UP` as the
   * reason the running trial leaves a timeout.
   */
  readonly signal: AbortSignal;
  /** A line on each trial, for the element's log. */
  readonly log: (line: string) => void;
}

/** `out of time`: trials are left that never started. They have not failed; the element is to run again. */
export type ElementEnd = "done" | "interrupted" | "out of time";

/** Share of the wall time kept for writing the result, in seconds: a tenth, 5 to 60. */
function wallTimeMargin(walltimeSeconds: number): number {
  return Math.min(60, Math.max(5, walltimeSeconds / 10));
}

/**
 * Runs the trials of one array element, one after another, and leaves a result for each that has none.
 * Trials packed into an element share its wall time; a trial that fails spares the rest. The first one
 * always starts, so that running the element again never is in vain.
 * @throws BsweepError INVALID_MANIFEST; WORKSPACE when a result cannot be written; RUNTIME_MISSING or
 *   INVALID_DATA when the built-in trainer lacks TensorFlow or the data
 */
export async function runElement(options: ElementOptions): Promise<ElementEnd> {
  const found = readElement(options.manifestFile, options.index, options.layout);
  requireWritable(found.resultFolder);
  const { walltimeSeconds } = found.round.limits;
  // Reckoned from the start of this process, as performance.now() is.
  const endsAt = walltimeSeconds - wallTimeMargin(walltimeSeconds);
  let started = 0;
  for (const trial of found.element.trials) {
    if (await hasValidResult(found.resultFolder, trial)) {
      options.log(`${describe(trial)}: has a valid result already`);
      continue;
    }
    const secondsLeft = endsAt - performance.now() / 1000;
    if (options.signal.aborted || (started > 0 && secondsLeft <= 0)) {
      options.log(`${describe(trial)}: not started`);
      return options.signal.aborted ? endOfAbort(options.signal) : "out of time";
    }
    started += 1;
    if (!(await leaveResult(trial, found, secondsLeft, options))) return "interrupted";
  }
  return "done";
}

function endOfAbort({ reason }: AbortSignal): ElementEnd {
  return reason === TIME_IS_UP ? "out of time" : "interrupted";
}

/** Found out before a trial has trained for hours. */
function requireWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot write results to ${folder}: ${messageOf(cause)}`, {
      hint: "the folder must be mounted and writable where the element runs",
      cause,
    });
  }
}

function describe({ number, trialId }: Trial): string {
  return `trial ${number} (${trialId})`;
}

async function leaveResult(
  trial: Trial,
  found: Element,
  secondsLeft: number,
  options: ElementOptions,
): Promise<boolean> {
  const { index, layout, signal, log } = options;
  log(`${describe(trial)}: ${JSON.stringify(trial.params)}`);
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
