import { spawn } from "node:child_process";
import { join } from "node:path";

/** When and how a script or a process is ended. */
export interface Interruption {
  /** Before the first command of a line, before the how-manieth command (both of a bash script), or after a time. */
  readonly at:
    { readonly line: number } | { readonly command: number } | { readonly milliseconds: number };
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGINT";
  /** Everything it has started and that is in its process group too. */
  readonly group: boolean;
}

export interface InterruptedEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const KILL = join(import.meta.dirname, "kill.bash");

/** Runs a program in a process group of its own, and interrupts it. What it left running goes on. */
export function runInterrupted(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  interruption: Interruption | null,
): Promise<InterruptedEnd> {
  const [command = "", ...args] = argv;
  const child = spawn(command, args, {
    env: { ...env, ...toEnvironment(interruption) },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const timer = startTimer(child.pid ?? 0, interruption);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // Not "close": what goes on may hold the output open. What was written is read first.
    child.once("exit", (status, signal) => {
      clearTimeout(timer);
      setTimeout(() => resolve({ status, signal, stdout, stderr }), 30);
    });
  });
}

/** Every line of a script of which a command was run, in the order of their first commands. */
export function noteLines(file: string): Readonly<Record<string, string>> {
  return { BASH_ENV: KILL, INTERRUPT_NOTE: file };
}

function toEnvironment(interruption: Interruption | null): Record<string, string> {
  if (interruption === null || "milliseconds" in interruption.at) return {};
  const { at, signal, group } = interruption;
  return {
    BASH_ENV: KILL,
    ...("line" in at
      ? { INTERRUPT_LINE: String(at.line) }
      : { INTERRUPT_COMMAND: String(at.command) }),
    INTERRUPT_SIGNAL: signal.slice("SIG".length),
    ...(group ? { INTERRUPT_GROUP: "1" } : {}),
  };
}

function startTimer(pid: number, interruption: Interruption | null): NodeJS.Timeout | undefined {
  if (interruption === null || !("milliseconds" in interruption.at)) return undefined;
  const { at, signal, group } = interruption;
  return setTimeout(() => {
    try {
      process.kill(group ? -pid : pid, signal);
    } catch {
      // It has ended by itself.
    }
  }, at.milliseconds);
}
