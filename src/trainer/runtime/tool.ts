import { spawn } from "node:child_process";
import { BsweepError } from "../../core/errors.ts";

const TAIL_LINES = 25;

export interface ToolOptions {
  readonly cwd?: string;
  /** Set on top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
}

export interface ToolRun {
  /** Why it failed, such as `exit status 2` or `ended by SIGILL`; undefined after a success. */
  readonly failure: string | undefined;
  readonly stdout: string;
  /** Everything it wrote, stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a program to its end with its output kept. Never throws: a program that is not there is a failure. */
export function runTool(
  command: string,
  argv: readonly string[],
  options: ToolOptions = {},
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const child = spawn(command, argv, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: (options.timeoutSeconds ?? 0) * 1000,
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", (error) => resolve({ failure: error.message, stdout, output }));
    child.on("close", (status, signal) => {
      resolve({ failure: describeEnd(status, signal), stdout, output });
    });
  });
}

/**
 * Runs a program that has to succeed.
 * @throws BsweepError RUNTIME_MISSING with `purpose` and the end of its output.
 */
export async function runToolOrFail(
  purpose: string,
  command: string,
  argv: readonly string[],
  options: ToolOptions & { hint: string },
): Promise<string> {
  const { failure, output } = await runTool(command, argv, options);
  if (failure === undefined) return output;
  throw new BsweepError("RUNTIME_MISSING", `${purpose} failed (${failure})${tail(output)}`, {
    hint: options.hint,
  });
}

/** The last lines of a program's output, each on a line of its own and indented. */
export function tail(output: string, lines = TAIL_LINES): string {
  const kept = output.trimEnd().split("\n").slice(-lines);
  return kept.map((line) => `\n  | ${line}`).join("");
}

function describeEnd(status: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `ended by ${signal}`;
  return status === 0 ? undefined : `exit status ${status}`;
}
