import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { LocalSummary } from "./local/ran.ts";
import type { Study } from "../core/study.ts";
import { generateRound } from "./generate.ts";
import { listElements, type LocalElement, ResultReader } from "./local/pending.ts";
import { runLocalElement } from "./local/run-element.ts";
import { Tally } from "./local/tally.ts";
import { loadStudy, type PlanOptions } from "./plan/load-study.ts";
import { describeCheckpoints } from "../workspace/checkpoint-folder.ts";
import type { Layout } from "../workspace/layout.ts";

export interface LocalOptions extends PlanOptions {
  /** Elements at a time; by default as many as the cores allow at the study's `cpus`. */
  readonly workers?: number;
  /** At most so many trials, rounded up to whole elements; by default all. */
  readonly trials?: number;
  /** Aborts to stop: running elements are ended, what has a result keeps it. */
  readonly signal: AbortSignal;
}

/**
 * Runs what has no result yet through the job scripts of the study's rounds, on this machine. When
 * nothing is left to run, the next round is generated first.
 * @throws BsweepError as generate does; WORKSPACE as soon as one element ends without a result, because
 *   the next ones would do the same
 */
export async function runLocally(options: LocalOptions, effects: Effects): Promise<LocalSummary> {
  const { study } = loadStudy(options);
  const { pending, skipped } = await findPending(study, options, effects);
  const chosen = takeElements(pending, options.trials ?? Infinity);
  const workers =
    options.workers ?? Math.max(1, Math.floor(availableParallelism() / study.resources.cpus));
  const tally = new Tally(study.objective, countTrials(chosen), effects);
  if (chosen.length > 0) {
    effects.reporter.info(
      `${countTrials(chosen)} trials, ${workers} at a time${skipped > 0 ? `; ${skipped} have a result already` : ""}`,
    );
    await runAll(chosen, workers, options, tally, study.name);
  }
  effects.reporter.endProgress();
  return {
    study: study.name,
    studyFile: options.studyFile,
    skipped,
    done: tally.done,
    failed: tally.failed,
    left: countTrials(pending) - tally.done,
    best: tally.best ?? null,
    workers,
    seconds: tally.elapsedSeconds,
    trialSeconds: tally.trialSeconds,
    interrupted: options.signal.aborted,
  };
}

/** Elements with a trial that has no valid result, only such trials counted. */
async function findPending(
  study: Study,
  options: LocalOptions,
  effects: Effects,
): Promise<{ pending: LocalElement[]; skipped: number }> {
  const elements = listElements(options.layout, study.name);
  const pending = withoutResults(elements);
  const skipped = countTrials(elements) - countTrials(pending);
  if (pending.length > 0) return { pending, skipped };
  const { written } = await generateRound({ ...options, overwrite: false }, effects);
  if (written === null) return { pending, skipped };
  effects.reporter.info(`generated round ${written.round}`);
  return findPending(study, options, effects);
}

function withoutResults(elements: readonly LocalElement[]): LocalElement[] {
  const results = new ResultReader();
  return elements.flatMap((local) => {
    const trials = local.element.trials.filter(
      (trial) => results.find(local.resultFolder, trial) === undefined,
    );
    return trials.length === 0 ? [] : [{ ...local, element: { ...local.element, trials } }];
  });
}

function countTrials(elements: readonly LocalElement[]): number {
  return elements.reduce((sum, { element }) => sum + element.trials.length, 0);
}

function takeElements(elements: readonly LocalElement[], trials: number): readonly LocalElement[] {
  let taken = 0;
  return elements.filter(({ element }) => {
    const wanted = taken < trials;
    taken += element.trials.length;
    return wanted;
  });
}

async function runAll(
  elements: readonly LocalElement[],
  workers: number,
  options: LocalOptions,
  tally: Tally,
  study: string,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const results = new ResultReader();
  const limit = pLimit(workers);
  const runOne = async (local: LocalElement): Promise<void> => {
    if (signal.aborted) return;
    const before = describeAll(local, study, options.layout);
    const end = await runLocalElement(local, options.layout, signal);
    results.forget(local.resultFolder);
    const left = local.element.trials.filter((trial) => {
      const result = results.find(local.resultFolder, trial);
      if (result !== undefined) tally.add(result);
      return result === undefined;
    });
    const [first] = left;
    if (first === undefined || end === "stopped") return;
    const progressed =
      left.length < local.element.trials.length ||
      describeAll(local, study, options.layout) !== before;
    if (end === "done" || !progressed) throw missingResult(local, first.number);
    await runOne({ ...local, element: { ...local.element, trials: left } });
  };
  // Within the limit, so that no further element starts before the stop is known.
  const runOrStop = (local: LocalElement): Promise<void> =>
    runOne(local).catch((error: unknown) => {
      stop.abort();
      throw error;
    });
  tally.show();
  const ended = await Promise.allSettled(elements.map((local) => limit(runOrStop, local)));
  const failure = ended.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

/** How far the checkpoints of an element's trials are. */
function describeAll({ element }: LocalElement, study: string, layout: Layout): string {
  const folders = element.trials.map(({ trialId }) => layout.checkpoints(study, trialId));
  return folders.map(describeCheckpoints).join("\n\n");
}

function missingResult({ script, element }: LocalElement, number: number): BsweepError {
  return new BsweepError("WORKSPACE", `trial ${number} left no result though its element ran`, {
    hint: `see the log of element ${element.index} of ${script}`,
  });
}
