import { accessSync, constants, mkdirSync } from "node:fs";
import { BsweepError, messageOf } from "../core/errors.ts";
import { explainFailure, type Trial, type TrialResult } from "../core/trial.ts";
import { TIME_IS_UP } from "../process/supervise.ts";
import { CANARY, type Layout } from "../workspace/layout.ts";
import { type Element, readElement } from "../rounds/round.ts";
import { ResultFinder, showsThatTrialsRun, writeResult, writeVerdict } from "../rounds/results.ts";
import {
  claimTrial,
  type HeldTrial,
  removeClaims,
  UNCLAIMED_TRIAL,
} from "../rounds/trial-claim.ts";
import { chooseParameters, tellOthers } from "./choose.ts";
import { makeFolders, settleFolders } from "./leavings.ts";
import { createSkipped, runOneTrial } from "./trial-run.ts";
import { describeProcess } from "./where.ts";

interface ElementOptions {
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
  /** When the element's wall time began, on the clock of `process.uptime()`; by default with this process. */
  readonly startedSeconds?: number;
  /** File descriptor that takes what trainers write; by default this process's own output. */
  readonly output?: number;
  /** Without a sign of life for so long, another process that runs one of the trials counts as dead. */
  readonly patienceSeconds: number;
  /** Whether who ran the element before is known to be dead, so that nobody is waited for. */
  readonly takesOver?: boolean;
}

/**
 * `done`: every trial has a result. `failed`: so it is, and one of them failed, otherwise than by diverging.
 * `run again`: trials are left that found no time, or left a checkpoint. They have not failed.
 */
type ElementEnd = "done" | "failed" | "interrupted" | "run again";

/**
 * Share of the wall time kept for the ending, in seconds: a tenth, 15 to 120, and never more than a third. Programs
 * take seconds to leave, and a checkpoint on busy storage takes as long again.
 */
export function wallTimeMargin(walltimeSeconds: number): number {
  const least = Math.max(5, Math.min(15, walltimeSeconds / 3));
  return Math.min(120, Math.max(least, walltimeSeconds / 10));
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
  const marginSeconds = wallTimeMargin(walltimeSeconds);
  const endsAt = (options.startedSeconds ?? 0) + walltimeSeconds - marginSeconds;
  let started = 0;
  let anyFailed = false;
  const finder = new ResultFinder();
  for (const trial of found.element.trials) {
    const existing = await findExisting(trial, found, finder, options);
    let end: TrialResult | "interrupted" | "run again" | undefined = existing;
    if (end === undefined) {
      const secondsLeft = endsAt - process.uptime();
      started += 1;
      // What it knows of the folder is as old as the trial before.
      if (started > 1) finder.forget(found.resultFolder);
      end = mayStart(started, secondsLeft, options)
        ? await runClaimed(trial, found, finder, { ...options, secondsLeft, marginSeconds })
        : notStarted(trial, options);
    }
    if (typeof end === "string") return end;
    anyFailed ||= !showsThatTrialsRun(end);
  }
  return anyFailed ? "failed" : "done";
}

function mayStart(place: number, secondsLeft: number, { signal }: ElementOptions): boolean {
  return !signal.aborted && (place === 1 || secondsLeft > 0);
}

function notStarted(trial: Trial, { signal, log }: ElementOptions): "interrupted" | "run again" {
  log(`${describe(trial)}: not started`);
  return signal.aborted ? endOfAbort(signal) : "run again";
}

/** A result that is there already; what the trial needed to come to it goes. */
async function findExisting(
  trial: Trial,
  found: Element,
  finder: ResultFinder,
  options: ElementOptions,
): Promise<TrialResult | undefined> {
  const existing = await finder.find([found.resultFolder, found.canaryFolder], trial);
  if (existing === undefined) return undefined;
  options.log(`${describe(trial)}: has a valid result already`);
  leaveVerdict(existing, found);
  tellOthers(existing, { round: found.round, layout: options.layout, log: options.log });
  // Of a runner that was killed between its result and this.
  removeClaims(options.layout.claims(found.round.study, trial.trialId));
  await settleFolders(trial, existing, { ...options, round: found.round });
  return existing;
}

/** A timer takes no more: 24 days. */
const LONGEST_SECONDS = 2 ** 31 / 1000 - 1;

/** Runs a trial that nobody else runs, or has run meanwhile. */
async function runClaimed(
  trial: Trial,
  found: Element,
  finder: ResultFinder,
  options: TrialOptions,
): Promise<TrialResult | "interrupted" | "run again"> {
  const { layout, log, signal } = options;
  // Who waits for another does not wait longer than it could run.
  const timeIsUp = AbortSignal.timeout(
    Math.ceil(Math.min(LONGEST_SECONDS, Math.max(1, options.secondsLeft)) * 1000),
  );
  const held = await claimTrial({
    folder: layout.claims(found.round.study, trial.trialId),
    owner: describeProcess(),
    patienceSeconds: options.patienceSeconds,
    takesOver: options.takesOver ?? false,
    signal: AbortSignal.any([signal, timeIsUp]),
    onWait: (holder) => log(`${describe(trial)}: is being run by ${holder}; waiting for it`),
  }).catch((error: unknown) => {
    log(`${describe(trial)}: warning: it is run without a claim: ${messageOf(error)}`);
    return UNCLAIMED_TRIAL;
  });
  if (held === undefined) return signal.aborted ? endOfAbort(signal) : "run again";
  if (held.hasWaited || held.starts > 1) finder.forget(found.resultFolder);
  const done = await findExisting(trial, found, finder, options);
  const end = done ?? (await leaveResult(trial, found, held, options));
  if (typeof end === "string") held.giveBack();
  else held.finish();
  return end;
}

function leaveVerdict(result: TrialResult, { array, resultFolder }: Element): void {
  if (array.array === CANARY) writeVerdict(resultFolder, result);
}

function endOfAbort({ reason }: AbortSignal): "interrupted" | "run again" {
  return reason === TIME_IS_UP ? "run again" : "interrupted";
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

/** What the time of a trial is reckoned from. */
interface TrialOptions extends ElementOptions {
  readonly secondsLeft: number;
  readonly marginSeconds: number;
}

async function leaveResult(
  planned: Trial,
  found: Element,
  { lost, starts }: HeldTrial,
  options: TrialOptions,
): Promise<TrialResult | "interrupted" | "run again"> {
  const { log, layout } = options;
  const { round } = found;
  const chosen = chooseParameters(planned, { round, layout, log });
  if ("skipped" in chosen) {
    const result = createSkipped(planned, options.index, chosen.skipped);
    await keepResult(result, found, options);
    return result;
  }
  const { trial } = chosen;
  log(`${describe(trial)}: ${JSON.stringify(trial.params)}`);
  const folders = await makeFolders(trial, { round, layout, log });
  const signal = AbortSignal.any([options.signal, lost]);
  const result = await runOneTrial(trial, { ...options, ...folders, signal, round, starts });
  if (lost.aborted) {
    log(`trial ${trial.number}: taken over by another process, which saw no sign of this one`);
    return "run again";
  }
  if (result === "interrupted" || result === "run again") {
    const state = result === "interrupted" ? "interrupted" : "stopped, to be run again";
    log(`trial ${trial.number}: ${state}, no result`);
    return result;
  }
  await keepResult(result, found, options);
  return result;
}

/** Writes a result, tells who waits for it, and says how it ended. */
async function keepResult(
  result: TrialResult,
  found: Element,
  options: ElementOptions,
): Promise<void> {
  const { log, layout } = options;
  const { number, failure, earlyEnd, objective, state, timing } = result;
  writeResult(found.resultFolder, result);
  leaveVerdict(result, found);
  tellOthers(result, { round: found.round, layout, log });
  await settleFolders(result, result, { layout, log, round: found.round });
  for (const warning of result.warnings) log(`trial ${number}: warning: ${warning}`);
  const value = `${found.round.objective.metric} ${String(objective)}`;
  const end =
    failure === null ? (earlyEnd?.reason ?? value) : `${failure.kind}: ${explainFailure(failure)}`;
  log(`trial ${number}: ${state}, ${end} (${timing.seconds.toFixed(1)}s)`);
}
