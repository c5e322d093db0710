import { execa, type Options } from "execa";

/** How a process ended. Its output is text, the last line end left out. */
export interface ProcessResult {
  readonly succeeded: boolean;
  /** Null when it was ended by a signal, or never started. */
  readonly exitStatus: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it failed, in a line; "" when it did not. */
  readonly failure: string;
  /** There is no such program. */
  readonly notFound: boolean;
  /** It was ended because it took longer than it may. */
  readonly timedOut: boolean;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** Set on top of this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutSeconds?: number;
  /** Ends the process (SIGTERM, after five seconds SIGKILL) when it aborts. */
  readonly signal?: AbortSignal;
}

const NOT_STARTED: ProcessResult = {
  ...{
    succeeded: false,
    exitStatus: null,
    stdout: "",
    stderr: "",
    notFound: false,
    timedOut: false,
  },
  failure: "was not started: it was to end already",
};

/**
 * Runs a program without a shell and waits for its end. Never throws for what the program does: a
 * failure, also to start, is part of the result. It dies with this process.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { timeoutSeconds, signal, ...given } = options;
  if (signal?.aborted === true) return NOT_STARTED;
  const result = await execa(command, args, {
    ...{ reject: false, stdin: "ignore", ...given },
    ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds * 1000 }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  return {
    succeeded: !result.failed,
    exitStatus: result.exitCode ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
    failure: result.failed ? (result.shortMessage ?? "") : "",
    notFound: result.code === "ENOENT",
    timedOut: result.timedOut,
  };
}

interface NodeLinesOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Aborting sends SIGTERM, and SIGKILL after `graceSeconds`. */
  readonly signal: AbortSignal;
  readonly graceSeconds: number;
  readonly onLine: (line: string) => void;
}

/** Runs a program and tells each line of its stdout and stderr as it comes. Never throws for what the program does. */
export async function runLines(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
  options: Pick<Options, "env" | "ipc" | "cancelSignal" | "forceKillAfterDelay"> = {},
): Promise<Pick<ProcessResult, "exitStatus" | "failure">> {
  const telling = { reject: false, stdin: "ignore", buffer: false, ...options } as const;
  const child = execa(command, args, telling);
  // Each by itself: a line of one must not begin with half a line of the other.
  const tell = async (from: "stdout" | "stderr"): Promise<void> => {
    for await (const line of child.iterable({ from, binary: false })) onLine(line);
  };
  await Promise.all([tell("stdout"), tell("stderr")]);
  const { exitCode, failed, shortMessage } = await child;
  return { exitStatus: exitCode ?? null, failure: failed ? (shortMessage ?? "") : "" };
}

/** The same for a Node program. The channel it gets lets it notice when this process dies. */
export function runNodeLines(
  args: readonly string[],
  { env, signal, graceSeconds, onLine }: NodeLinesOptions,
): ReturnType<typeof runLines> {
  const ending = { cancelSignal: signal, forceKillAfterDelay: graceSeconds * 1000 };
  return runLines(process.execPath, args, onLine, { env, ipc: true, ...ending });
}
