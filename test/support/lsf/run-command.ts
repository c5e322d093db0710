import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { watchEnd } from "../statuses.ts";

export interface CommandRun {
  /** null: it was killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: string;
}

/** Runs a program with its arguments, without a shell. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env, cwd, stdin }: CommandSurroundings,
): Promise<CommandRun> {
  const child = spawn(command, args, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
  // A command that reads nothing may be gone by now.
  child.stdin.on("error", () => undefined).end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [status, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return watchEnd([command, ...args].join(" "), { status, stdout, stderr });
}
