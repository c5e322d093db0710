import { execa } from "execa";

export interface LinesOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Aborting sends SIGTERM, and SIGKILL after `graceSeconds`. */
  readonly signal: AbortSignal;
  readonly graceSeconds: number;
  /** Called with each line of stdout and stderr as it comes. */
  readonly onLine: (line: string) => void;
}

export interface LinesRun {
  /** Null when a signal ended it, or it never started. */
  readonly exitStatus: number | null;
  /** Why it failed, in a line; "" when it did not. */
  readonly failure: string;
}

/** Runs a program and tells its lines while it runs. Never throws for what the program does. */
export async function runLines(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<LinesRun> {
  const child = execa(command, args, { reject: false, stdin: "ignore", buffer: false, all: true });
  for await (const line of child.iterable({ from: "all", binary: false })) onLine(line);
  const { exitCode, failed, shortMessage } = await child;
  return { exitStatus: exitCode ?? null, failure: failed ? (shortMessage ?? "") : "" };
}

/**
 * Runs a Node program and tells its lines while it runs. The channel it gets lets it notice when this process
 * dies. Never throws for what the program does.
 */
export async function runNodeLines(
  args: readonly string[],
  { env, signal, graceSeconds, onLine }: LinesOptions,
): Promise<LinesRun> {
  const child = execa(process.execPath, args, {
    env,
    ipc: true,
    reject: false,
    stdin: "ignore",
    buffer: false,
    all: true,
    cancelSignal: signal,
    forceKillAfterDelay: graceSeconds * 1000,
  });
  for await (const line of child.iterable({ from: "all", binary: false })) onLine(line);
  const { exitCode, failed, shortMessage } = await child;
  return { exitStatus: exitCode ?? null, failure: failed ? (shortMessage ?? "") : "" };
}
