import { BsweepError } from "../../core/errors.ts";
import { runProcess, type ProcessOptions } from "../../process/exec.ts";

const TAIL_LINES = 25;

interface ToolOptions extends ProcessOptions {
  /** What to do when it fails. */
  readonly hint: string;
}

/**
 * Runs a program that has to succeed.
 * @throws BsweepError RUNTIME_MISSING with `purpose` and the end of the program's output.
 */
export async function runTool(
  purpose: string,
  command: string,
  args: readonly string[],
  { hint, ...options }: ToolOptions,
): Promise<void> {
  const run = await runProcess(command, args, options);
  if (run.succeeded) return;
  const why = run.exitStatus === null ? run.failure : `exit status ${run.exitStatus}`;
  const output = tail(`${run.stdout}\n${run.stderr}`, TAIL_LINES);
  throw new BsweepError("RUNTIME_MISSING", `${purpose} failed (${why})${output}`, { hint });
}

/** The last lines of a program's output that are not empty, each on a line of its own and indented. */
export function tail(output: string, lines: number): string {
  const kept = output.split("\n").filter((line) => line.trim() !== "");
  return kept
    .slice(-lines)
    .map((line) => `\n  | ${line}`)
    .join("");
}
