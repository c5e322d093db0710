import { formatDuration, formatMemory } from "../core/quantities.ts";
import { type Objective, stepMetricOf } from "../core/study.ts";
import {
  type EarlyEnd,
  type Failure,
  RUN_AGAIN_STATUS,
  type TrainerReport,
} from "../core/trial.ts";
import { showValue } from "../formats/schema-issues.ts";
import type { ReadReport } from "../formats/trainer-report.ts";
import type { Warnings } from "../formats/warnings.ts";
import type { Supervised } from "../process/supervise.ts";
import type { HoldoutJudgement } from "./holdout-judgement.ts";
import { readMeasured } from "./measured.ts";
import type { TrainerRun } from "./trainer-run.ts";

/** A trial's end: a value for the objective, or why there is none. */
export type Outcome =
  | { readonly state: "complete"; readonly objective: number; readonly report: TrainerReport }
  | { readonly state: "failed"; readonly failure: Failure; readonly report?: TrainerReport }
  | {
      readonly state: "pruned" | "skipped";
      readonly earlyEnd: EarlyEnd;
      readonly report?: TrainerReport;
    };

/** What programs write when memory runs out and they notice it themselves. */
const OUT_OF_MEMORY_WORDS =
  /out of memory|bad_alloc|OOM when allocating|ResourceExhausted|MemoryError|Cannot allocate memory/i;
/** What they write beside it when it was a GPU's, which is another than what a study asks for. */
const GPU_WORDS = /\b(?:CUDA|HIP|ROCm|cuDNN|cuBLAS|XPU|MPS|GPU:\d+|device:GPU|VRAM)/i;
/** Who used a smaller share of its memory than this did not run out of it, whatever it says. */
const PLAUSIBLE_SHARE = 0.5;
/** Exit status with which a shell tells that SIGKILL ended what it ran (128 + 9). */
const KILLED_STATUS = 137;

/** What a trial is judged by. */
export interface Limits {
  readonly objective: Objective;
  /** What the best of the steps is kept of. */
  readonly best?: readonly Objective[] | undefined;
  readonly memoryMiB: number;
  /** A program that hangs has been quiet for so long at its time's end. */
  readonly marginSeconds: number;
  /** What is reckoned of the rows held out where nothing tells it. */
  readonly isReckoned: (metric: string) => boolean;
  /** Adds to a report what is reckoned of the rows held out. */
  readonly judgeHoldout: (report: TrainerReport) => HoldoutJudgement;
}

/** From how the trainer ended and what it left to the trial's end. @param warnings takes what was odd and cost nothing */
export async function judge(
  run: TrainerRun,
  reportFile: string,
  limits: Limits,
  warnings: Warnings,
): Promise<Outcome> {
  const { memoryMiB, marginSeconds } = limits;
  const read = await readMeasured(run, reportFile, limits, warnings);
  const isUsable = !("kind" in read);
  const hangs = run.stopped === "timeout" && run.quietSeconds >= marginSeconds;
  if (isUsable && (run.stopped === "finished" || hangs)) {
    warnings.add("the trainer left its result and did not end: it was ended, the result counts");
    return judgeReport(read, run, limits);
  }
  const ending = failureOfEnding(run, memoryMiB);
  const hasReported = isUsable && run.told === undefined;
  if (ending !== undefined) return failed(hasReported ? addUnused(ending) : ending, run);
  return isUsable ? judgeReport(read, run, limits) : failed(read, run);
}

function addUnused(failure: Failure): Failure {
  const unfinished = failure.kind === "timeout" ? "is one of an unfinished run, and " : "";
  const why = `${unfinished}does not count`;
  return { ...failure, message: `${failure.message}; the result it had left ${why}` };
}

/** The failure of a trainer that ends with status 75 in vain: it may not do so for ever. */
export function fruitless(
  run: Supervised,
  { timeIsUp, saves }: { readonly timeIsUp: boolean; readonly saves: boolean },
): Outcome {
  const reason = saves
    ? "and its checkpoints are what they were when it started"
    : "but no checkpoint could be left: the study's `resources.checkpoint` is off, or the folder cannot be written";
  const message = `the trainer ended with status ${RUN_AGAIN_STATUS}, to be run again, ${reason}`;
  return failed({ kind: timeIsUp ? "timeout" : "error", message }, run);
}

function judgeReport(
  { report: told, oddObjective: odd }: ReadReport,
  run: Supervised,
  { objective, best, judgeHoldout }: Limits,
): Outcome {
  if (told.failure !== undefined) return { state: "failed", failure: told.failure, report: told };
  const { report, explain } = judgeHoldout(told);
  const metric = stepMetricOf(objective.metric, best);
  if (odd !== undefined) return failed(failureOfObjective(odd, metric), run, report);
  const value = report.metrics[objective.metric];
  if (value !== undefined) return { state: "complete", objective: value, report };
  const names = Object.keys(report.metrics).slice(0, NAMED_METRICS).join(", ");
  const message = `the trainer reported no ${metric}, which is the study's objective, but ${names || "no metric at all"}`;
  const { kind = "error", problem } = explain(metric) ?? {};
  const why = problem === undefined ? "" : `; nor can it be reckoned: ${problem}`;
  return failed({ kind, message: `${message}${why}` }, run, report);
}

/** So many stand in a message. */
const NAMED_METRICS = 20;

function failureOfObjective(
  { found, isNumber }: NonNullable<ReadReport["oddObjective"]>,
  metric: string,
): Failure {
  const shown = showValue(found);
  return isNumber
    ? { kind: "diverged", message: `the trainer reported a ${metric} that is not finite: ${shown}` }
    : { kind: "error", message: `the trainer reported ${shown} as ${metric}, expected a number` };
}

function failed(failure: Failure, { stderrTail }: Supervised, report?: TrainerReport): Outcome {
  const withTail = stderrTail === "" ? failure : { stderrTail, ...failure };
  return { state: "failed", failure: withTail, ...(report === undefined ? {} : { report }) };
}

/** Undefined when the trainer ended in order. */
function failureOfEnding(run: Supervised, memoryMiB: number): Failure | undefined {
  const { exitStatus, startFailure } = run;
  if (startFailure !== undefined)
    return { kind: "error", message: `the trainer did not start: ${startFailure}` };
  if (run.stopped === "timeout") {
    const message = `stopped after ${formatDuration(run.seconds)}, with just enough of the element's wall time left to write this`;
    return { kind: "timeout", message };
  }
  if (exitStatus === 0 && run.stopped !== "memory") return undefined;
  const signal = run.signal ?? (exitStatus === KILLED_STATUS ? "SIGKILL" : null);
  const end = run.signal ?? `exit status ${exitStatus ?? "unknown"}`;
  const outOfMemory = explainMemory(run, { signal, end, memoryMiB });
  if (outOfMemory !== undefined) return outOfMemory;
  if (signal !== null) return { kind: "signal", message: `the trainer was ended by ${signal}` };
  return { kind: "error", message: `the trainer ended with ${end}` };
}

/** Whether memory had run out: what was measured counts more than what is said. */
function explainMemory(
  run: Supervised,
  { signal, end, memoryMiB }: { signal: NodeJS.Signals | null; end: string; memoryMiB: number },
): Failure | undefined {
  const failure = (message: string): Failure => ({ kind: "out-of-memory", message });
  if (run.stopped === "memory")
    return failure(`the trainer held more than the ${formatMemory(memoryMiB)} it may`);
  const isPlausible = (run.peakMemoryMiB ?? Infinity) >= PLAUSIBLE_SHARE * memoryMiB;
  // The kernel counts for a whole container or job, which others may be in too.
  if (run.outOfMemoryKill && (signal === "SIGKILL" || isPlausible))
    return failure("the kernel ended the trainer: out of memory");
  const says = run.stderrTail.split("\n").findLast((line) => OUT_OF_MEMORY_WORDS.test(line));
  if (says === undefined) return undefined;
  if (GPU_WORDS.test(says))
    return { kind: "error", message: `the trainer ran out of the GPU's memory (${end})` };
  return isPlausible ? failure(`the trainer ran out of memory (${end})`) : undefined;
}
