import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Does `work` while no other process does its own under the same lock file. The kernel holds the lock for a
 * child that ends with this process, so nothing is left behind by one that was killed.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(holder, "exit");
  const held = once(holder.stdout, "data");
  try {
    const outcome = await Promise.race([held.then(() => "held"), ended.then(() => "ended")]);
    if (outcome === "ended") throw new Error(`flock ${file} failed`);
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
