import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { Round } from "../../formats/round-file.ts";
import {
  claimFolderName,
  elementLogName,
  type Layout,
  logFolderName,
} from "../../workspace/layout.ts";
import { readArray } from "../../rounds/round.ts";
import { runElement, wallTimeMargin } from "../run-element.ts";
import { makeScratchFolder } from "../../workspace/scratch.ts";
import { describeProcess, hostName, schedulerJobId } from "../where.ts";
import { ClaimFolder } from "../../rounds/claims.ts";
import { type ClaimedEnd, type PoolTaskEnd, runPoolTask } from "./task.ts";

export interface PoolOptions {
  readonly manifestFile: string;
  readonly layout: Layout;
  /** Aborts to stop: the element at hand is given back, no other one starts. */
  readonly signal: AbortSignal;
  /** How much of the job's wall time had passed when this process began. */
  readonly elapsedSeconds: number;
  /** Without a sign of life for so long, a task counts as dead. */
  readonly patienceSeconds: number;
  /** A line on what the task does, for its own log. */
  readonly log: (line: string) => void;
}

/**
 * Runs elements of an array, one after another, as a task of a pool: those that no other task has.
 * @throws BsweepError INVALID_MANIFEST; WORKSPACE; RUNTIME_MISSING or INVALID_DATA when this host cannot run
 *   any of them
 */
export async function runPool(options: PoolOptions): Promise<PoolTaskEnd> {
  const { manifestFile, log } = options;
  const { round, array } = readArray(manifestFile);
  const roundFolder = dirname(manifestFile);
  const logFolder = join(roundFolder, logFolderName(array.array));
  const owner = describeProcess();
  const secondsLeft = (): number => jobSeconds(round) - options.elapsedSeconds - process.uptime();
  const stop = new AbortController();
  const clock = setInterval(() => {
    if (secondsLeft() <= 0) stop.abort();
  }, 1000);
  // Tasks of one job share their host's temporary folder: each gets one of its own in it.
  const scratch = makeScratchFolder("task");
  process.env["TMPDIR"] = scratch;
  try {
    return await runPoolTask({
      folder: new ClaimFolder(join(roundFolder, claimFolderName(array.array)), owner),
      elements: array.elements,
      slots: round.cluster?.pool?.slots ?? 1,
      patienceSeconds: options.patienceSeconds,
      // The first one starts in any case, so that running the job again never is in vain.
      hasTimeFor: (isFirst) => secondsLeft() > (isFirst ? 0 : round.limits.walltimeSeconds),
      signal: AbortSignal.any([options.signal, stop.signal]),
      run: (index, signal) =>
        runWithLog(join(logFolder, elementLogName(index)), index, { ...options, signal }),
      log,
    });
  } finally {
    clearInterval(clock);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Of the job, less what is kept for its ending. */
function jobSeconds({ cluster }: Round): number {
  const walltimeSeconds = cluster?.pool?.walltimeSeconds ?? Infinity;
  return walltimeSeconds - wallTimeMargin(walltimeSeconds);
}

async function runWithLog(
  logFile: string,
  index: number,
  options: PoolOptions,
): Promise<ClaimedEnd> {
  const log = openElementLog(logFile, index, options.log);
  try {
    const end = await runElement({
      ...options,
      index,
      // Tasks that died are noticed by their claims of elements.
      takesOver: true,
      log: log.line,
      startedSeconds: process.uptime(),
      ...(log.output === undefined ? {} : { output: log.output }),
    });
    return end === "done" || end === "failed" ? "done" : "returned";
  } catch (error) {
    log.line(`error: ${messageOf(error)}`);
    // Whatever is wrong with its line of the manifest says nothing about the others.
    if (error instanceof BsweepError && error.code === "INVALID_MANIFEST") return "failed";
    throw error;
  } finally {
    log.close();
  }
}

/**
 * Opens an element's own log to append to, as the job file of an array would keep it, and says who writes. A log
 * that cannot be written must not cost a trial: output goes where the task's does.
 * @param elsewhere takes its lines then
 */
function openElementLog(file: string, index: number, elsewhere: (line: string) => void) {
  let output: number;
  try {
    output = openSync(file, "a");
  } catch {
    return { output: undefined, line: elsewhere, close: () => undefined };
  }
  const line = (text: string): void => {
    try {
      writeSync(output, `${text}\n`);
    } catch {
      elsewhere(text);
    }
  };
  const time = new Date().toISOString().replace(/\.\d+Z$/, "+0000");
  line(`== job ${schedulerJobId()}, element ${index}, on ${hostName()}, ${time}`);
  return { output, line, close: () => closeSync(output) };
}
