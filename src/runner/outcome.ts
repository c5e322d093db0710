import { readFileSync } from "node:fs";
import type { Objective } from "../core/study.ts";
import type { Failure, TrainerReport } from "../core/trial.ts";
import { isSystemError, messageOf } from "../core/errors.ts";
import { parseTrainerReport } from "../formats/result-file.ts";
import type { Supervised } from "../process/supervise.ts";

/** A trial's end: a value for the objective, or why there is none. */
export type Outcome =
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
export function judge(
  run: Supervised,
  reportFile: string,
  objective: Objective,
  memoryMiB: number,
): Outcome {
  const ending = failureOfEnding(run, memoryMiB);
  if (ending !== undefined) return failed(ending, run);
  const report = readReport(reportFile);
  if (typeof report === "string") return failed({ kind: "missing-result", message: report }, run);
  if (report.failure !== undefined) return { state: "failed", failure: report.failure, report };
  const value = report.metrics[objective.metric];
  if (value === undefined) {
    const message = `the trainer reported no ${objective.metric}, which is the study's objective`;
    return failed({ kind: "error", message }, run, report);
  }
  return { state: "complete", objective: value, report };
}

function failed(failure: Failure, { stderrTail }: Supervised, report?: TrainerReport): Outcome {
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
      message: `stopped after ${run.seconds.toFixed(0)} s, before the element's wall time was used up`,
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

function readReport(file: string): TrainerReport | string {
  try {
    return parseTrainerReport(readFileSync(file, "utf8"), "the trainer's report");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return "the trainer ended in order and left no report";
    return `the trainer's report cannot be used: ${messageOf(error)}`;
  }
}
