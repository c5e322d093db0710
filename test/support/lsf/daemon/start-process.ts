import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Running } from "./job.ts";
import type { Launch } from "./launch.ts";
import { signalSession } from "./process-tree.ts";

/** Starts a process of this machine, the leader of a session of its own; `onEnd` gets its status. */
export function startProcess(
  { argv: [command = "", ...args], env, cwd, signal: tell }: Launch,
  stdio: readonly [number, number, number],
  onEnd: (status: number) => void,
): Running | null {
  const child = spawn(command, args, { env, cwd, stdio: [...stdio], detached: true });
  let over = false;
  const end = (status: number): void => {
    if (over) return;
    over = true;
    // Whatever it has left behind.
    if (child.pid !== undefined) signalSession(child.pid, "SIGKILL");
    onEnd(status);
  };
  child.on("error", () => end(127));
  child.on("exit", (code, signal) => {
    end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
  const { pid } = child;
  if (pid === undefined) return null;
  return {
    processId: pid,
    signal: (name) => (tell ?? ((other) => signalSession(pid, other)))(name),
  };
}
