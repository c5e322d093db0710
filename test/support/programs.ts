import * as child from "node:child_process";
import * as exec from "../../src/process/exec.ts";
import { watchEnd } from "./statuses.ts";

/** As `runProcess` of src, watched. */
export async function runProcess(
  ...[command, args, options]: Parameters<typeof exec.runProcess>
): Promise<exec.ProcessResult> {
  return watchEnd([command, ...args].join(" "), await exec.runProcess(command, args, options));
}

/** As Node's, watched; it throws where the program cannot be started. */
export function spawnSync(
  command: string,
  args: readonly string[],
  options: Omit<child.SpawnSyncOptions, "encoding"> = {},
): child.SpawnSyncReturns<string> {
  const end = child.spawnSync(command, args, { ...options, encoding: "utf8" });
  if (end.pid === 0) throw end.error ?? new Error(`${command} did not start`);
  return watchEnd([command, ...args].join(" "), end);
}
