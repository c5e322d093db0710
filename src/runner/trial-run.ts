import { rmSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, complaintOf, type ErrorCode, formatIssue } from "../core/errors.ts";
import { isHoldoutMetric } from "../core/holdout-metrics.ts";
import { type EarlyEnd, RUN_AGAIN_STATUS, type Trial, type TrialResult } from "../core/trial.ts";
import { type CommandRequest, parseRefusal } from "../formats/trainer-request.ts";
import { mergeHistories } from "../formats/told-steps.ts";
import { Warnings } from "../formats/warnings.ts";
import { readText } from "../rounds/result-text.ts";
import { describeCheckpoints } from "../workspace/checkpoint-folder.ts";
import { packageVersion } from "../workspace/package.ts";
import { judgeHoldout } from "./holdout-judgement.ts";
import { fruitless, judge, type Limits, type Outcome } from "./outcome.ts";
import { RungWatch } from "./rung-watch.ts";
import { runTrainer, type TrainerRun } from "./trainer-run.ts";
import { PRUNE_FILE, type RequestContext, writeRequest } from "./trial-request.ts";
import { makeScratchFolder } from "../workspace/scratch.ts";
import { hostName, schedulerJobId, userName } from "./where.ts";

interface TrialContext extends RequestContext {
  readonly index: number;
  /** Seconds that may pass after `secondsLeft` before the element has to end. */
  readonly marginSeconds: number;
  readonly signal: AbortSignal;
  /** How often the trial has been started, this time included. */
  readonly starts: number;
  /** File descriptor that takes what the trainer writes; by default this process's own output. */
  readonly output?: number;
  /** A line for the element's log. */
  readonly log: (line: string) => void;
}

/**
 * A result, or why there is none: the trial was interrupted, or it left a checkpoint and is to be run
 * again. Neither has failed.
 */
type TrialEnd = TrialResult | "interrupted" | "run again";

/** Runs one trial under supervision, whatever the trainer does. */
export async function runOneTrial(trial: Trial, context: TrialContext): Promise<TrialEnd> {
  const scratchFolder = makeScratchFolder(String(context.index));
  try {
    const startedAt = new Date().toISOString();
    const request = writeRequest(trial, context, scratchFolder);
    const before = describeCheckpoints(request.checkpoint?.folder ?? "");
    const warnings = new Warnings();
    const rungs = watchRungs(trial, context, request, before !== "");
    const run = await runTrainer(request, { ...context, rungs }, warnings);
    const pruned = await judgePruned(rungs?.end, run, request, context, warnings);
    if (pruned !== undefined)
      return createResult(trial, context.index, startedAt, { run, outcome: pruned, warnings });
    const hasProgressed = describeCheckpoints(request.checkpoint?.folder ?? "") !== before;
    if (isToRunAgain(run, request, { ...context, hasProgressed })) return "run again";
    if (run.stopped === "aborted") return "interrupted";
    const outcome = await judgeRun(run, request, context, warnings);
    return createResult(trial, context.index, startedAt, { run, outcome, warnings });
  } finally {
    // A trainer may have left what cannot be removed. That must not cost its result.
    const options = { recursive: true, force: true, maxRetries: 2 };
    const problem = complaintOf(() => rmSync(scratchFolder, options));
    if (problem !== undefined) context.log(`warning: ${scratchFolder} stays: ${problem}`);
  }
}

function watchRungs(
  trial: Trial,
  { round, layout, log }: TrialContext,
  { scratchFolder }: CommandRequest,
  resumes: boolean,
): RungWatch | undefined {
  const { pruning, study } = round;
  if (pruning === undefined) return undefined;
  const flagFile = join(scratchFolder, PRUNE_FILE);
  const tell = (line: string): void => log(`trial ${trial.number}: ${line}`);
  return new RungWatch(trial, {
    pruning,
    folder: layout.rungs(study),
    resumes,
    flagFile,
    log: tell,
  });
}

/** Undefined for a trial that was not stopped early, or came to its end all the same. */
async function judgePruned(
  earlyEnd: EarlyEnd | undefined,
  run: TrainerRun,
  request: CommandRequest,
  context: TrialContext,
  warnings: Warnings,
): Promise<Outcome | undefined> {
  if (earlyEnd === undefined) return undefined;
  if (run.exitStatus === 0) {
    // What its output and files tell is how far it has come; only who reports knows that this was the end.
    const ended = { ...run, stopped: undefined, told: undefined };
    const limits = limitsOf(request, context, warnings);
    const outcome = await judge(ended, request.reportFile, limits, warnings);
    if (outcome.state === "complete") return outcome;
  }
  return { state: "pruned", earlyEnd };
}

/** Who needs more time than so often may not go on from its checkpoints at all. */
const MOST_STARTS = 50;

/**
 * Who was ended by time goes on from what it has saved, whatever its last status: many a program saves after each
 * epoch and knows nothing of status 75. Who ends with 75 because somebody stopped it needs no progress. Any other
 * does, or it would be run again for ever.
 */
function isToRunAgain(
  { exitStatus, stopped, quietSeconds }: TrainerRun,
  { checkpoint }: CommandRequest,
  how: { readonly hasProgressed: boolean; readonly starts: number; readonly marginSeconds: number },
): boolean {
  if (checkpoint === null) return false;
  const { hasProgressed, starts, marginSeconds } = how;
  if (exitStatus === RUN_AGAIN_STATUS) return stopped === "aborted" || hasProgressed;
  const hangs = quietSeconds >= marginSeconds;
  return stopped === "timeout" && hasProgressed && !hangs && starts < MOST_STARTS;
}

async function judgeRun(
  run: TrainerRun,
  request: CommandRequest,
  context: TrialContext,
  warnings: Warnings,
): Promise<Outcome> {
  const { checkpoint, endsAt, reportFile } = request;
  if (run.exitStatus === RUN_AGAIN_STATUS) {
    const timeIsUp = run.stopped === "timeout" || Date.now() >= Date.parse(endsAt ?? "");
    return fruitless(run, { timeIsUp, saves: checkpoint !== null });
  }
  const isBuiltIn = context.round.trainer.kind === "cnn";
  const refusal = isBuiltIn ? await findRefusal(reportFile) : undefined;
  if (refusal !== undefined) return judgeRefusal(refusal);
  return judge(run, reportFile, limitsOf(request, context, warnings), warnings);
}

/** What a run is judged by. */
export function limitsOf(
  { scratchFolder }: Pick<CommandRequest, "scratchFolder">,
  { round, layout, marginSeconds }: Pick<TrialContext, "round" | "layout" | "marginSeconds">,
  warnings: Warnings,
): Limits {
  const { objective, limits, trainer } = round;
  const best = trainer.kind === "command" ? trainer.best : undefined;
  return {
    ...{ objective, best, memoryMiB: limits.memoryMiB, marginSeconds },
    isReckoned: (metric) => round.dataset !== null && isHoldoutMetric(metric),
    judgeHoldout: (report) => judgeHoldout(report, { round, layout, scratchFolder }, warnings),
  };
}

/** What the built-in trainer says in place of a report when it cannot do what it is asked. */
async function findRefusal(reportFile: string): Promise<BsweepError | undefined> {
  try {
    return parseRefusal(await readText(reportFile));
  } catch (error) {
    if (error instanceof BsweepError) return undefined;
    throw error;
  }
}

/** Refusals that are not the trial's doing: every trial of the round would meet them, so none gets a result. */
const BLAMELESS: Partial<Record<ErrorCode, string>> = {
  RUNTIME_UNFIT: "cannot run here",
  RUNTIME_MISSING: "cannot start",
  INVALID_DATA: "cannot use what it was given",
};

/** @throws BsweepError for what is not the trial's doing */
function judgeRefusal({ code, message, issues, hint }: BsweepError): Outcome {
  const blameless = BLAMELESS[code];
  if (blameless !== undefined)
    throw new BsweepError(code, `the built-in trainer ${blameless}: ${message}`, {
      issues,
      ...(hint === undefined ? {} : { hint }),
    });
  const told = [message, ...issues.map(formatIssue)].join("; ");
  const failure = { kind: "error", message: `the built-in trainer refused: ${told}` } as const;
  return { state: "failed", failure };
}

type MeasuredRun = Pick<TrainerRun, "seconds" | "peakMemoryMiB" | "cpuSeconds" | "history">;

function createResult(
  trial: Trial,
  index: number,
  startedAt: string,
  { run, outcome, warnings }: { run: MeasuredRun; outcome: Outcome; warnings: Warnings },
): TrialResult {
  return {
    schemaVersion: 2,
    ...trial,
    state: outcome.state,
    objective: outcome.state === "complete" ? outcome.objective : null,
    ...measured(outcome, run, warnings),
    failure: outcome.state === "failed" ? outcome.failure : null,
    earlyEnd: "earlyEnd" in outcome ? outcome.earlyEnd : null,
    warnings: warnings.list(),
    timing: { startedAt, seconds: run.seconds },
    usage: { peakMemoryMiB: run.peakMemoryMiB, cpuSeconds: run.cpuSeconds },
    element: { job: schedulerJobId(), index, host: hostName(), user: userName() },
    software: { bsweep: packageVersion() },
  };
}

/** The result of a trial that is not run, because the study has what it wanted. */
export function createSkipped(trial: Trial, index: number, reason: string): TrialResult {
  const outcome = { state: "skipped", earlyEnd: { reason, step: null, value: null } } as const;
  const run = { seconds: 0, peakMemoryMiB: null, cpuSeconds: null, history: [] };
  const startedAt = new Date().toISOString();
  return createResult(trial, index, startedAt, { run, outcome, warnings: new Warnings() });
}

/** What the report says; of its steps, some may have been told while the trainer ran. Who is stopped ends at its rung. */
function measured(
  { report, ...outcome }: Outcome,
  run: MeasuredRun,
  warnings: Warnings,
): Pick<TrialResult, "metrics" | "holdout" | "model" | "history" | "numerics"> {
  const { metrics = {}, holdout = null, model = null, numerics = null } = report ?? {};
  const whole = mergeHistories(run.history, report?.history ?? [], warnings);
  const last = "earlyEnd" in outcome ? (outcome.earlyEnd.step ?? 0) : Infinity;
  const history = whole.filter(({ step }) => step <= last);
  return { metrics, holdout, model, history, numerics };
}
