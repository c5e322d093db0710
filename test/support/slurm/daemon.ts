import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A process with everything that descends from it, which ends as a whole. */
export interface Daemon {
  /** SIGKILL to all of it, as a loss of power would end a machine. Waits until the first process is gone. */
  readonly kill: () => Promise<void>;
  /** Null while it runs, then how it ended. */
  readonly end: () => string | null;
}

export interface DaemonOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Takes its output; what is there already is kept. */
  readonly logFile: string;
}

/** The first process of a namespace: runs its arguments and reaps what others leave behind. */
const FIRST_PROCESS = '"$@" & wait "$!"';

/**
 * Starts a program that stays in the foreground. It and all it ever starts live in a PID namespace of their
 * own, which the kernel ends with this process however this process ends. So nothing outlives a test, and a
 * killed slurmd takes its jobs with it, as a lost node does. Needs root.
 */
export function startDaemon(command: readonly string[], options: DaemonOptions): Daemon {
  const log = openSync(options.logFile, "a");
  const child = spawn(
    "setpriv",
    [
      ...["--pdeathsig", "KILL"],
      ...["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["bash", "-c", FIRST_PROCESS, "bash", ...command],
    ],
    // A session of its own: Ctrl-C is for the test, which then stops the daemons in order.
    { env: options.environment, stdio: ["ignore", log, log], detached: true },
  );
  closeSync(log);
  let ended: string | null = null;
  const exit = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended ??= how;
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (status, signal) => end(signal ?? `status ${status}`));
  });
  return {
    kill: () => {
      child.kill("SIGKILL");
      return exit;
    },
    end: () => ended,
  };
}
