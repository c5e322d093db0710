import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { Round } from "../../core/round.ts";
import {
  claimFolderName,
  elementLogName,
  type Layout,
  logFolderName,
} from "../../workspace/layout.ts";
import { readArray } from "../../rounds/element.ts";
import { runElement, wallTimeMargin } from "../run-element.ts";
import { hostName, schedulerJobId } from "../where.ts";
import { ClaimFolder } from "./claims.ts";
import { openElementLog } from "./element-log.ts";
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
  const owner = `${hostName()}, process ${process.pid}, job ${schedulerJobId()}`;
  const secondsLeft = (): number =>
    jobSeconds(round) - options.elapsedSeconds - performance.now() / 1000;
  const stop = new AbortController();
  const clock = setInterval(() => {
    if (secondsLeft() <= 0) stop.abort();
  }, 1000);
  const scratch = makeScratchFolder();
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
        runLogged(join(logFolder, elementLogName(index)), index, { ...options, signal }),
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

/** Tasks of one job share their host's temporary folder: each gets one of its own in it. */
function makeScratchFolder(): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), "bsweep-task-"));
    process.env["TMPDIR"] = folder;
    return folder;
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot make a scratch folder: ${messageOf(cause)}`, {
      hint: "set TMPDIR to a folder that can be written",
      cause,
    });
  }
}

async function runLogged(
  logFile: string,
  index: number,
  options: PoolOptions,
): Promise<ClaimedEnd> {
  const log = openElementLog(logFile, index, options.log);
  try {
    const end = await runElement({
      ...options,
      index,
      log: log.line,
      startedMs: performance.now(),
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
