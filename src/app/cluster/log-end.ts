import { closeSync, constants, promises as fs, readSync } from "node:fs";
import { valueOr } from "../../core/errors.ts";
import { openPlainFile } from "../../workspace/folder.ts";

/** Enough for an error, its issues and its hint. */
const END_BYTES = 8192;

/** How bsweep begins an error (cli/output.ts), and a job script does; how bash says that it cannot start a program. */
const COMPLAINT =
  /^(?:error(?: \[[A-Z_]+\])?:?|bug) \S|^\S.*: line \d+: .*: (?:No such file|command not found|[Cc]annot execute|Permission denied|Exec format)/;
/** What stands below an error: its issues, its hint, the words after a bug. */
const BELOW = /^(?:\s|hint: |This is a bug |$)/;

/** The last lines of a log, the first one perhaps in part; none where there is no log, or no plain file. */
export async function readLogEnd(path: string): Promise<readonly string[]> {
  try {
    const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - END_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(END_BYTES), 0, END_BYTES, start);
      // Colours, where somebody forces them.
      const text = buffer.toString("utf8", 0, bytesRead).replace(/\u001b\[[0-9;]*m/g, "");
      return text.split(/[\r\n]+/).filter((line) => line !== "");
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}

/** Enough for the line by which an element begins. */
const START_BYTES = 1024;

/** How a log begins, the last line perhaps in part; "" where there is none, or no plain file. */
export function readLogStart(path: string): string {
  return valueOr("", () => {
    const file = openPlainFile(path);
    try {
      const buffer = Buffer.alloc(START_BYTES);
      return buffer.toString("utf8", 0, readSync(file, buffer, 0, START_BYTES, 0));
    } finally {
      closeSync(file);
    }
  });
}

/**
 * Why an element ended itself, by the end of its log: an error of bsweep or of the job script, with nothing behind it
 * but what belongs to it. Null for none: what a trainer prints is followed by the runner's word on its trial.
 */
export function findComplaint(lines: readonly string[]): string | null {
  const last = lines.findLastIndex((line) => !BELOW.test(line));
  const line = lines[last];
  return line !== undefined && COMPLAINT.test(line) ? line.replace(/^error:? /, "") : null;
}
