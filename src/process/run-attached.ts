import { spawn } from "node:child_process";

export interface AttachedRun {
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a program on this process's own terminal and waits for it. @throws Error when it cannot be started */
export function runAttached(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<AttachedRun> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitStatus, signal) => resolve({ exitStatus, signal }));
  });
}
