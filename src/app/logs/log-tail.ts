import { existsSync } from "node:fs";
import type { AttemptLogs } from "./find-logs.ts";
import { GrowingLog } from "./growing-log.ts";
import { createTrialSection, printable } from "./trial-section.ts";

/** The last lines that a trial has printed, safe on a terminal. */
export interface LogTail {
  /** Absolute. */
  readonly path: string;
  readonly lines: readonly string[];
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
    const lines = readLast(path, most, isOurs);
    if (lines.length > 0) return { path, lines };
  }
  return null;
}

function readLast(path: string, most: number, isOurs: (line: string) => boolean): string[] {
  const log = new GrowingLog(path);
  let last: string[] = [];
  const take = (lines: Iterable<string>): void => {
    for (const line of lines) {
      if (!isOurs(line)) continue;
      last.push(printable(line));
      // A log may be very long.
      if (last.length >= 2 * most) last = last.slice(-most);
    }
  };
  take(log.read());
  take(log.rest());
  return last.slice(-most);
}
