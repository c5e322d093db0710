import { existsSync } from "node:fs";
import type { StepRecord } from "../../core/trial.ts";
import { mergeHistories, readProgressLine } from "../../formats/told-steps.ts";
import { Warnings } from "../../formats/warnings.ts";
import type { AttemptLogs } from "./find-logs.ts";
import { GrowingLog } from "./growing-log.ts";
import { createTrialSection, printable } from "./trial-section.ts";

/** The last lines that a trial has printed, safe on a terminal. */
export interface LogTail {
  /** Absolute. */
  readonly path: string;
  readonly lines: readonly string[];
  /** That it has told on the way, ascending; without seconds where it told none. */
  readonly steps: readonly StepRecord[];
}

/**
 * The end of what an attempt has printed, the lines of other trials in its element left out; null where it has printed
 * nothing.
 * @throws BsweepError WORKSPACE when a log cannot be read
 */
export function readLogTail(
  { elements, trialId }: Pick<AttemptLogs, "elements" | "trialId">,
  most: number,
): LogTail | null {
  for (const { logs, isShared } of elements) {
    const path = logs.find((log) => existsSync(log));
    if (path === undefined) continue;
    const isOurs = isShared ? createTrialSection(trialId) : () => true;
    const tail = readTail(path, most, isOurs);
    if (tail.lines.length > 0) return tail;
  }
  return null;
}

function readTail(path: string, most: number, isOurs: (line: string) => boolean): LogTail {
  const log = new GrowingLog(path);
  // What is odd about them is told with the result.
  const warnings = new Warnings();
  const steps = new Map<number, StepRecord>();
  let last: string[] = [];
  let latest = 0;
  const take = (lines: Iterable<string>): void => {
    for (const line of lines) {
      if (!isOurs(line)) continue;
      last.push(printable(line));
      // A log may be very long.
      if (last.length >= 2 * most) last = last.slice(-most);
      const step = readProgressLine(line, { step: latest + 1, seconds: 0 }, warnings);
      if (step === undefined) continue;
      steps.set(step.step, step);
      latest = step.step;
    }
  };
  take(log.read());
  take(log.rest());
  return { path, lines: last.slice(-most), steps: mergeHistories(steps.values(), [], warnings) };
}
