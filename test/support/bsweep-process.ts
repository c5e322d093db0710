import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { builtProgram } from "../../src/workspace/package.ts";
import { watchEnd } from "./statuses.ts";

export interface ProcessEnd {
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** bsweep as a process of its own, to be watched and interrupted. */
export interface BsweepProcess {
  readonly pid: number;
  /** What it has written to stdout so far. */
  readonly output: () => string;
  /** The same of stderr. */
  readonly errors: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly end: Promise<ProcessEnd>;
}

export interface BsweepOptions {
  /** Set on top of what the process inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program to run in place of the built one. */
  readonly program?: string;
  /** Shell commands that come first and shape what the process inherits: `ulimit -f 0`. */
  readonly shellSetup?: string;
}

/** Starts the built program. */
export function startBsweep(args: readonly string[], options: BsweepOptions = {}): BsweepProcess {
  const { env = {}, program = builtProgram("main.js"), shellSetup = "true" } = options;
  const command = [process.execPath, program, ...args];
  const child = spawn("bash", ["-c", `${shellSetup}; exec "$@"`, "bash", ...command], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const what = `bsweep ${args.join(" ")}`;
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const end = new Promise<ProcessEnd>((resolve, reject) => {
    child.once("error", reject);
    // Not "close": what the program leaves running may hold its output open. What it wrote is read first.
    child.once("exit", (exitStatus, signal) =>
      setTimeout(() => resolve(watchEnd(what, { exitStatus, signal, stdout, stderr })), 20),
    );
  });
  return {
    ...{ pid: child.pid ?? 0, output: () => stdout, errors: () => stderr, end },
    kill: (signal) => child.kill(signal),
  };
}

export function runBsweep(args: readonly string[], options?: BsweepOptions): Promise<ProcessEnd> {
  return startBsweep(args, options).end;
}

/** Waits until `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
