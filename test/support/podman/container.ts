import { spawn } from "node:child_process";
import { chownSync, lchownSync, readdirSync } from "node:fs";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { ProcessEnd } from "../bsweep-process.ts";
import type { Podman } from "./open.ts";

export interface ContainerOptions {
  readonly image: string;
  /** Seen under the same name, and where the program starts; as LSF's Docker wrapper does with the folder of bsub. */
  readonly workspace: string;
  readonly user: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Such as `512m`; by default no limit. */
  readonly memory?: string;
  /** For `podman stop`. */
  readonly name?: string;
}

/** A user that no passwd file knows. */
export function randomUser(): number {
  return randomInt(20_000, 60_000);
}

/**
 * Runs a program in an image with as little as a cluster may leave it: a user without a passwd entry, no home, nothing
 * to write but the workspace and /tmp, no network, no capabilities.
 */
export function runContainer(
  podman: Podman,
  options: ContainerOptions,
  command: readonly string[],
): Promise<ProcessEnd> {
  const [program, ...first] = podman.command;
  const child = spawn(program, [...first, ...runArguments(options), options.image, ...command], {
    env: { ...process.env, ...podman.environment },
    cwd: podman.folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitStatus, signal) => resolve({ exitStatus, signal, stdout, stderr }));
  });
}

function runArguments({ workspace, user, env = {}, memory, name }: ContainerOptions): string[] {
  return [
    ...["run", "--rm", "--pull=never", "--network=none", "--cap-drop=all"],
    ...["--security-opt=no-new-privileges", "--read-only", "--read-only-tmpfs=false"],
    // Docker makes no passwd entry; podman would.
    ...["--tmpfs=/tmp", "--passwd=false", `--user=${user}:${user}`, "--env=HOME=/nonexistent"],
    ...[`--volume=${workspace}:${workspace}`, `--workdir=${workspace}`],
    ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
    ...(memory === undefined ? [] : [`--memory=${memory}`, `--memory-swap=${memory}`]),
    ...(name === undefined ? [] : [`--name=${name}`]),
  ];
}

/** Gives a folder, with everything in it, to a user. */
export function giveTo(user: number, folder: string): void {
  chownSync(folder, user, user);
  for (const entry of readdirSync(folder, { recursive: true })) {
    lchownSync(join(folder, String(entry)), user, user);
  }
}
