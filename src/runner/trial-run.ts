import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { BsweepError, EXIT_STATUS, messageOf } from "../core/errors.ts";
import type { Round } from "../core/round.ts";
import { RUN_AGAIN_STATUS, type CommandRequest } from "../core/trainer-request.ts";
import type { Trial, TrialResult } from "../core/trial.ts";
import type { Supervised } from "../process/supervise.ts";
import { describeCheckpoints } from "../workspace/checkpoint-folder.ts";
import { packageVersion } from "../workspace/package.ts";
import { fruitless, judge, type Outcome } from "./outcome.ts";
import { runTrainer, type TrainerRun } from "./trainer-run.ts";
import { type RequestContext, writeRequest } from "./trial-request.ts";

export interface TrialContext extends RequestContext {
  readonly index: number;
  /** Seconds that may pass after `secondsLeft` before the element has to end. */
  readonly marginSeconds: number;
  readonly signal: AbortSignal;
  /** File descriptor that takes what the trainer writes; by default this process's own output. */
  readonly output?: number;
  /** A line for the element's log. */
  readonly log: (line: string) => void;
}

/**
 * A result, or why there is none: the trial was interrupted, or it left a checkpoint and is to be run
 * again. Neither has failed.
 */
export type TrialEnd = TrialResult | "interrupted" | "run again";

/** Runs one trial under supervision, whatever the trainer does. */
export async function runOneTrial(trial: Trial, context: TrialContext): Promise<TrialEnd> {
  const scratchFolder = makeScratchFolder(context.index);
  try {
    const startedAt = new Date().toISOString();
    const request = writeRequest(trial, context, scratchFolder);
    const before = describeCheckpoints(request.checkpoint?.folder ?? "");
    const run = await runTrainer(request, context);
    const hasProgressed = describeCheckpoints(request.checkpoint?.folder ?? "") !== before;
    if (isToRunAgain(run, request, hasProgressed)) return "run again";
    if (run.stopped === "aborted") return "interrupted";
    requireUsableTrainer(run, context.round);
    const outcome = await judgeRun(run, request, context);
    if (outcome.warning !== undefined)
      context.log(`trial ${trial.number}: warning: ${outcome.warning}`);
    return createResult(trial, context.index, { startedAt, run, outcome });
  } finally {
    removeScratchFolder(scratchFolder, context);
  }
}

/** A trainer that somebody stopped needs no progress; else it would be run again for ever. */
function isToRunAgain(
  { exitStatus, stopped }: Supervised,
  { checkpoint }: CommandRequest,
  hasProgressed: boolean,
): boolean {
  if (exitStatus !== RUN_AGAIN_STATUS || checkpoint === null) return false;
  return stopped === "aborted" || hasProgressed;
}

async function judgeRun(
  run: TrainerRun,
  { checkpoint, endsAt, reportFile }: CommandRequest,
  { round }: TrialContext,
): Promise<Outcome> {
  if (run.exitStatus === RUN_AGAIN_STATUS) {
    const timeIsUp = run.stopped === "timeout" || Date.now() >= Date.parse(endsAt ?? "");
    return fruitless(run, { timeIsUp, saves: checkpoint !== null });
  }
  return judge(run, reportFile, round.objective, round.limits.memoryMiB);
}

/** A trainer may have left what cannot be removed. That must not cost its result. */
function removeScratchFolder(folder: string, { log }: TrialContext): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
  } catch (error) {
    log(`warning: ${folder} stays: ${messageOf(error)}`);
  }
}

function makeScratchFolder(index: number): string {
  try {
    return mkdtempSync(join(tmpdir(), `bsweep-${index}-`));
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot make a scratch folder: ${messageOf(cause)}`, {
      hint: "set TMPDIR to a folder that can be written",
      cause,
    });
  }
}

/**
 * Without TensorFlow, or without the study's data, every trial of the round would fail: that is not the
 * trials' doing, so none gets a result.
 */
function requireUsableTrainer({ exitStatus, stderrTail }: Supervised, { trainer }: Round): void {
  if (trainer.kind !== "cnn") return;
  if (stderrTail.includes("RUNTIME_UNFIT:")) {
    throw new BsweepError("RUNTIME_UNFIT", `the built-in trainer cannot run here: ${stderrTail}`, {
      hint: "choose hosts with such a CPU, or precision: float32 in the study",
    });
  }
  if (exitStatus === EXIT_STATUS.RUNTIME_MISSING) {
    throw new BsweepError("RUNTIME_MISSING", `the built-in trainer cannot start: ${stderrTail}`, {
      hint: "bsweep runtime install puts TensorFlow's library in place",
    });
  }
  if (exitStatus === EXIT_STATUS.INVALID_DATA) {
    throw new BsweepError(
      "INVALID_DATA",
      `the built-in trainer cannot use what it was given: ${stderrTail}`,
    );
  }
}

interface FinishedTrial {
  readonly startedAt: string;
  readonly run: TrainerRun;
  readonly outcome: Outcome;
}

function createResult(
  trial: Trial,
  index: number,
  { startedAt, run, outcome }: FinishedTrial,
): TrialResult {
  const { trialId, number, attempt, params, replicate, seed, resource } = trial;
  return {
    schemaVersion: 2,
    trialId,
    number,
    attempt,
    state: outcome.state,
    objective: outcome.state === "complete" ? outcome.objective : null,
    ...measured(outcome, run),
    params,
    replicate,
    seed,
    resource,
    failure: outcome.state === "failed" ? outcome.failure : null,
    earlyEnd: null,
    warnings: outcome.warning === undefined ? [] : [outcome.warning],
    timing: { startedAt, seconds: run.seconds },
    usage: { peakMemoryMiB: run.peakMemoryMiB, cpuSeconds: run.cpuSeconds },
    element: { job: schedulerJobId(), index, host: hostName() },
    software: { bsweep: packageVersion() },
  };
}

/** What the report says; the history may have been told while the trainer ran. */
function measured(
  { report }: Outcome,
  run: TrainerRun,
): Pick<TrialResult, "metrics" | "holdout" | "model" | "history" | "numerics"> {
  const {
    metrics = {},
    holdout = null,
    model = null,
    history = [],
    numerics = null,
  } = report ?? {};
  return {
    metrics,
    holdout,
    model,
    history: history.length > 0 ? history : run.history,
    numerics,
  };
}

/** The job's id where a scheduler runs us, else "". */
export function schedulerJobId(): string {
  const { LSB_JOBID, SLURM_ARRAY_JOB_ID, SLURM_JOB_ID } = process.env;
  return LSB_JOBID ?? SLURM_ARRAY_JOB_ID ?? SLURM_JOB_ID ?? "";
}

/**
 * The host under the name its scheduler knows it by, where that tells: only that name can be excluded. A container
 * has a name of its own; a parallel job lists all its hosts.
 */
export function hostName(): string {
  const { SLURMD_NODENAME, LSB_HOSTS } = process.env;
  const [host, ...others] = new Set(LSB_HOSTS?.trim().split(/\s+/));
  return SLURMD_NODENAME ?? (others.length === 0 && host !== "" ? host : undefined) ?? hostname();
}
