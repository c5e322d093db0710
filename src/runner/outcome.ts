import type { Objective } from "../core/study.ts";
import { RUN_AGAIN_STATUS } from "../core/trainer-request.ts";
import type { Failure, TrainerReport } from "../core/trial.ts";
import { BsweepError, formatIssue, isSystemError, messageOf } from "../core/errors.ts";
import { parseTrainerReport } from "../formats/trainer-report.ts";
import type { Supervised } from "../process/supervise.ts";
import { readText } from "../rounds/results.ts";

/** A trial's end: a value for the objective, or why there is none. */
export type Outcome = Judgement & {
  /** For the log: what was odd and yet cost nothing. */
  readonly warning?: string;
};

type Judgement =
  | { readonly state: "complete"; readonly objective: number; readonly report: TrainerReport }
  | {
      readonly state: "failed";
      readonly failure: Failure;
      readonly report: TrainerReport | undefined;
    };

/** What programs write when memory runs out and they notice it themselves. */
const OUT_OF_MEMORY_WORDS =
  /out of memory|bad_alloc|OOM when allocating|ResourceExhausted|MemoryError|Cannot allocate memory/i;

/** From how the trainer ended and what it left to the trial's end. */
export async function judge(
  run: Supervised,
  reportFile: string,
  objective: Objective,
  memoryMiB: number,
): Promise<Outcome> {
  const report = await readReport(reportFile);
  const isUsable = !("kind" in report);
  if (isUsable && (run.stopped === "finished" || run.stopped === "timeout")) {
    const warning = "the trainer left its result and did not end: it was ended, the result counts";
    return { ...judgeReport(report, run, objective), warning };
  }
  const ending = failureOfEnding(run, memoryMiB);
  if (ending !== undefined) return failed(isUsable ? addUnused(ending) : ending, run);
  return isUsable ? judgeReport(report, run, objective) : failed(report, run);
}

function addUnused(failure: Failure): Failure {
  const message = `${failure.message}; the result it had left does not count`;
  return { ...failure, message };
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

function judgeReport(report: TrainerReport, run: Supervised, objective: Objective): Judgement {
  if (report.failure !== undefined) return { state: "failed", failure: report.failure, report };
  const value = report.metrics[objective.metric];
  if (value === undefined) {
    const names = Object.keys(report.metrics).join(", ");
    const message = `the trainer reported no ${objective.metric}, which is the study's objective, but ${names || "no metric at all"}`;
    return failed({ kind: "error", message }, run, report);
  }
  return { state: "complete", objective: value, report };
}

function failed(failure: Failure, { stderrTail }: Supervised, report?: TrainerReport): Judgement {
  const withTail = stderrTail === "" ? failure : { ...failure, stderrTail };
  return { state: "failed", failure: withTail, report };
}

/** Undefined when the trainer ended in order. */
function failureOfEnding(run: Supervised, memoryMiB: number): Failure | undefined {
  const { exitStatus, signal } = run;
  if (run.startFailure !== undefined)
    return { kind: "error", message: `the trainer did not start: ${run.startFailure}` };
  if (run.stopped === "timeout") {
    return {
      kind: "timeout",
      message: `stopped after ${run.seconds.toFixed(0)} s, with just enough of the element's wall time left to write this`,
    };
  }
  if (run.stopped === "memory")
    return {
      kind: "out-of-memory",
      message: `the trainer held more than the ${memoryMiB} MiB it may`,
    };
  if (exitStatus === 0) return undefined;
  if (run.outOfMemoryKill)
    return { kind: "out-of-memory", message: "the kernel ended the trainer: out of memory" };
  if (OUT_OF_MEMORY_WORDS.test(run.stderrTail)) {
    return {
      kind: "out-of-memory",
      message: `the trainer ran out of memory (${describeEnd(exitStatus, signal)})`,
    };
  }
  if (signal !== null) return { kind: "signal", message: `the trainer was ended by ${signal}` };
  return { kind: "error", message: `the trainer ended with ${describeEnd(exitStatus, signal)}` };
}

function describeEnd(exitStatus: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit status ${exitStatus ?? "unknown"}`;
}

/** JSON has no such numbers, and yet programs write them. */
const NOT_FINITE = /:\s*-?(?:NaN|Infinity)\b/;

/** How V8 says that a text goes on after its JSON. */
const MORE_THAN_ONE = "after JSON at position";

/** The report, or why it cannot be used. */
async function readReport(file: string): Promise<TrainerReport | Failure> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    const missing = error instanceof Error && isSystemError(error.cause, "ENOENT");
    const message = missing
      ? "the trainer ended in order and left no report"
      : `the trainer's report ${messageOf(error)}`;
    return { kind: "missing-result", message };
  }
  try {
    return parseTrainerReport(text, "the trainer's report");
  } catch (error) {
    if (NOT_FINITE.test(text))
      return { kind: "diverged", message: "the trainer reported a number that is not finite" };
    const reason = explain(error);
    const advice = reason.includes(MORE_THAN_ONE)
      ? "it holds more than one result, expected one, written once; "
      : "";
    const message = `the trainer's report cannot be used: ${advice}${reason}`;
    return { kind: "missing-result", message };
  }
}

function explain(error: unknown): string {
  if (!(error instanceof BsweepError)) return messageOf(error);
  return [error.message, ...error.issues.map(formatIssue)].join("; ");
}
