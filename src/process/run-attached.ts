import { spawn } from "node:child_process";

export interface AttachedRun {
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface AttachedOptions {
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
  options: AttachedOptions,
): Promise<AttachedRun> {
  const { cwd, env, stdin = "ignore", stdout = "inherit" } = options;
  const output = stdout === "stderr" ? 2 : stdout;
  const child = spawn(command, args, { cwd, env, stdio: [stdin, output, "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitStatus, signal) => resolve({ exitStatus, signal }));
  });
}
