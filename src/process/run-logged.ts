import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface LoggedRunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes stdout and stderr; overwritten. Its folder must exist. */
  readonly logFile: string;
  /** Aborting sends SIGTERM, once; the program is waited for. */
  readonly signal: AbortSignal;
}

export interface LoggedRun {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a program with its output in a file, as a scheduler would. @throws Error when it cannot be started */
export async function runLogged(options: LoggedRunOptions): Promise<LoggedRun> {
  const log = openSync(options.logFile, "w");
  try {
    const child = spawn(options.command, options.args, {
      env: options.env,
      stdio: ["ignore", log, log],
    });
    const terminate = (): void => void child.kill("SIGTERM");
    options.signal.addEventListener("abort", terminate);
    try {
      return await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (exitStatus, signal) => resolve({ exitStatus, signal }));
      });
    } finally {
      options.signal.removeEventListener("abort", terminate);
    }
  } finally {
    closeSync(log);
  }
}
