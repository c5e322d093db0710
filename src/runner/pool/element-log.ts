import { closeSync, openSync, writeSync } from "node:fs";
import { hostName, schedulerJobId } from "../where.ts";

/** An element's own log, as the job file of an array would keep it. */
export interface ElementLog {
  /** Undefined when the log cannot be written: output goes where the task's does. */
  readonly output: number | undefined;
  readonly line: (text: string) => void;
  readonly close: () => void;
}

/**
 * Opens a log to append to, and says who writes. A log that cannot be written must not cost a trial.
 * @param elsewhere takes its lines then
 */
export function openElementLog(
  file: string,
  index: number,
  elsewhere: (line: string) => void,
): ElementLog {
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
