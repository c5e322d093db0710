import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { BsweepError, EXIT_STATUS, messageOf } from "../core/errors.ts";
import type { Round } from "../core/round.ts";
import type { TrainerRequest } from "../core/trainer-request.ts";
import type { TrainerReport, Trial, TrialResult } from "../core/trial.ts";
import { type Supervised, supervise } from "../process/supervise.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import type { Layout } from "../workspace/layout.ts";
import { builtProgram, packageVersion } from "../workspace/package.ts";
import { judge } from "./outcome.ts";

export interface TrialContext {
  readonly round: Round;
  readonly index: number;
  readonly layout: Layout;
  /** Seconds until the trial has to be over. */
  readonly secondsLeft: number;
  readonly signal: AbortSignal;
}

/**
 * Runs one trial under supervision and returns its result, whatever the trainer does.
 * Undefined when the run was aborted: an interrupted trial has not failed, it is to be run again.
 */
export async function runOneTrial(
  trial: Trial,
  context: TrialContext,
): Promise<TrialResult | undefined> {
  const scratchFolder = makeScratchFolder(context.index);
  try {
    const startedAt = new Date().toISOString();
    const request = createRequest(trial, context, scratchFolder);
    const requestFile = join(scratchFolder, "request.json");
    writeFileAtomic(requestFile, JSON.stringify(request));
    const run = await superviseTrainer(requestFile, context, scratchFolder);
    if (run.stopped === "aborted") return undefined;
    requireUsableTrainer(run, context.round);
    return await createResult(trial, context, { startedAt, run, reportFile: request.reportFile });
  } finally {
    removeScratchFolder(scratchFolder);
  }
}

/** A trainer may have left what cannot be removed. That must not cost its result. */
function removeScratchFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
  } catch (error) {
    process.stderr.write(`warning: ${folder} stays: ${messageOf(error)}\n`);
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

function createRequest(
  trial: Trial,
  { round, layout }: TrialContext,
  scratchFolder: string,
): TrainerRequest {
  const { trialId, params, resource, seed } = trial;
  const { path, digest, holdout } = round.dataset;
  return {
    schemaVersion: 1,
    trialId,
    params,
    resource,
    seed,
    threads: round.limits.cpus,
    precision: round.trainer.kind === "cnn" ? round.trainer.precision : "float32",
    dataset: { path: layout.resolve(path), digest, holdout },
    checkpoint: null,
    endsAt: null,
    keep: null,
    memoryMiB: round.limits.memoryMiB,
    reportFile: join(scratchFolder, "report.json"),
    scratchFolder,
  };
}

function superviseTrainer(
  requestFile: string,
  context: TrialContext,
  scratchFolder: string,
): Promise<Supervised> {
  const { trainer, limits } = context.round;
  const [program = "", ...args] =
    trainer.kind === "cnn"
      ? [process.execPath, builtProgram("trainer/main.js"), requestFile]
      : trainer.command.map((part) => part.replaceAll("{{request}}", () => requestFile));
  return supervise({
    command: [program, ...args],
    cwd: scratchFolder,
    env: process.env,
    withChannel: trainer.kind === "cnn",
    secondsLeft: context.secondsLeft,
    memoryMiB: limits.memoryMiB,
    signal: context.signal,
  });
}

/**
 * Without TensorFlow, or without the study's data, every trial of the round would fail: that is not the
 * trials' doing, so none gets a result.
 */
function requireUsableTrainer({ exitStatus, stderrTail }: Supervised, { trainer }: Round): void {
  if (trainer.kind !== "cnn") return;
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

interface FinishedRun {
  readonly startedAt: string;
  readonly run: Supervised;
  readonly reportFile: string;
}

async function createResult(
  trial: Trial,
  { round, index }: TrialContext,
  finished: FinishedRun,
): Promise<TrialResult> {
  const { run } = finished;
  const outcome = await judge(run, finished.reportFile, round.objective, round.limits.memoryMiB);
  const { trialId, number, attempt, params, replicate, seed, resource } = trial;
  return {
    schemaVersion: 1,
    trialId,
    number,
    attempt,
    state: outcome.state,
    objective: outcome.state === "complete" ? outcome.objective : null,
    ...measured(outcome.report),
    params,
    replicate,
    seed,
    resource,
    failure: outcome.state === "failed" ? outcome.failure : null,
    timing: { startedAt: finished.startedAt, seconds: run.seconds },
    usage: { peakMemoryMiB: run.peakMemoryMiB, cpuSeconds: run.cpuSeconds },
    element: { job: schedulerJobId(), index, host: hostname() },
    software: { bsweep: packageVersion() },
  };
}

function measured(
  report: TrainerReport | undefined,
): Pick<TrialResult, "metrics" | "holdout" | "model" | "history" | "numerics"> {
  const {
    metrics = {},
    holdout = null,
    model = null,
    history = [],
    numerics = null,
  } = report ?? {};
  return { metrics, holdout, model, history, numerics };
}

/** The job's id where a scheduler runs us, else "". */
function schedulerJobId(): string {
  return process.env["LSB_JOBID"] ?? process.env["SLURM_ARRAY_JOB_ID"] ?? "";
}
