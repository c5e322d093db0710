import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import { cacheFolder } from "../../../src/workspace/cache.ts";
import { importBaseImage } from "./base-image.ts";
import { writeConfiguration } from "./configuration.ts";
import { withFileLock } from "./file-lock.ts";

/** A podman of the tests' own: nothing of a person's images or containers is seen or touched. */
export interface Podman {
  /** What stands before the subcommand. */
  readonly command: readonly [string, ...string[]];
  /** On top of the process's own environment, for everything but builds. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same for `podman build`: with the host's network and the machine's certificates for npm and pip. */
  readonly buildEnvironment: Readonly<Record<string, string>>;
  /** Kept between test runs: images and layers, so that an image is built once. */
  readonly folder: string;
}

/**
 * Opens the tests' podman, with the base image that the trainer's Dockerfile starts from: made here, since no
 * registry can be counted on. Repeating it costs a fraction of a second.
 * Needs what `PODMAN` in test/support/requirements.ts names. @throws Error with podman's own words
 */
export async function openPodman(): Promise<Podman> {
  const folder = join(cacheFolder(), "podman");
  mkdirSync(folder, { recursive: true });
  return withFileLock(join(folder, "open.lock"), async () => {
    const podman: Podman = {
      command: ["podman"],
      ...(await writeConfiguration(folder)),
      folder,
    };
    await importBaseImage(podman);
    return podman;
  });
}

/** Runs podman and returns its standard output. @throws Error with its own words when it fails */
export async function runPodman(podman: Podman, args: readonly string[]): Promise<string> {
  const [program, ...first] = podman.command;
  const run = await runProcess(program, [...first, ...args], {
    env: podman.environment,
    // Podman may leave an empty file named oom where it is called.
    cwd: podman.folder,
  });
  if (run.succeeded) return run.stdout;
  throw new Error(`podman ${args.join(" ")}: ${run.failure}\n${run.stderr}`);
}
