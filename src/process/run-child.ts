import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

/** How a program ended. */
export interface ChildEnd {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface AttachedOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** `inherit`: it may ask the person at the terminal. */
  readonly stdin?: "ignore" | "inherit";
  readonly stdout?: "inherit" | "stderr";
}

/** Runs a program on this process's own terminal and waits for it. @throws Error when it cannot be started */
export function runAttached(
  command: string,
  args: readonly string[],
  { cwd, env, stdin = "ignore", stdout = "inherit" }: AttachedOptions,
): Promise<ChildEnd> {
  const output = stdout === "stderr" ? 2 : stdout;
  return waitFor(spawn(command, args, { cwd, env, stdio: [stdin, output, "inherit"] }));
}

interface LoggedRunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes stdout and stderr; overwritten. Its folder must exist. */
  readonly logFile: string;
  /** Aborting sends SIGTERM, once; the program is waited for. */
  readonly signal: AbortSignal;
}

/** Runs a program with its output in a file, as a scheduler would. @throws Error when it cannot be started */
export async function runLogged(options: LoggedRunOptions): Promise<ChildEnd> {
  const { command, args, env, signal } = options;
  const log = openSync(options.logFile, "w");
  try {
    const child = spawn(command, args, { env, stdio: ["ignore", log, log] });
    const terminate = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", terminate);
    return await waitFor(child).finally(() => signal.removeEventListener("abort", terminate));
  } finally {
    closeSync(log);
  }
}

async function waitFor(child: ChildProcess): Promise<ChildEnd> {
  const [exitStatus, signal] = (await once(child, "close")) as [
    number | null,
    NodeJS.Signals | null,
  ];
  return { exitStatus, signal };
}
