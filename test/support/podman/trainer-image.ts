import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import { builtProgram, packageRoot } from "../../../src/workspace/package.ts";
import { runBsweep } from "../bsweep-process.ts";
import { BASE_IMAGE } from "./base-image.ts";
import { withFileLock } from "./file-lock.ts";
import { runPodman, type Podman } from "./open.ts";

/** Most a hook may take that builds the image: three minutes alone, ten on a machine with much else to do. */
export const BUILD_MS = 20 * 60 * 1000;

export interface TrainerImage {
  readonly name: string;
  /** Seconds of this build; null when the image was there already. */
  readonly buildSeconds: number | null;
}

/**
 * The trainer's image, built by `bsweep image build` from a clean clone of this checkout, with changes that are not
 * committed yet. Built once for one content: two minutes and a half, then a fraction of a second.
 * @throws Error with the build's last words
 */
export async function buildTrainerImage(podman: Podman): Promise<TrainerImage> {
  return withFileLock(join(podman.folder, "trainer.lock"), async () => {
    const commit = await commitOfCheckout();
    const name = `localhost/bsweep-trainer:${await contentHash(podman, commit)}`;
    if (await exists(podman, name)) return { name, buildSeconds: null };
    const started = Date.now();
    await buildFromClone(podman, commit, name);
    return { name, buildSeconds: (Date.now() - started) / 1000 };
  });
}

async function buildFromClone(podman: Podman, commit: string, name: string): Promise<void> {
  const clone = mkdtempSync(join(podman.folder, "clone-"));
  try {
    await git("clone", "--quiet", "--shared", "--no-checkout", packageRoot(), clone);
    await git("-C", clone, "checkout", "--quiet", "--detach", commit);
    // As set-up would build it there; the image does not see it.
    cpSync(builtProgram("."), join(clone, "dist"), { recursive: true });
    const { exitStatus, stderr } = await runBsweep(["image", "build", name, "--engine", "podman"], {
      program: join(clone, "dist", "main.js"),
      env: podman.buildEnvironment,
    });
    if (exitStatus !== 0) throw new Error(`bsweep image build: ${stderr.slice(-4000)}`);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

/** What decides what is in the image: the files that .dockerignore lets in, and the base. */
async function contentHash(podman: Podman, commit: string): Promise<string> {
  const allowed = readFileSync(join(packageRoot(), ".dockerignore"), "utf8")
    .split("\n")
    .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
  const parts = await git("ls-tree", commit, ".dockerignore", ...allowed);
  const base = await runPodman(podman, ["image", "inspect", "--format", "{{.Id}}", BASE_IMAGE]);
  return createHash("sha256").update(parts).update(base).digest("hex").slice(0, 12);
}

/** The commit that the checkout stands at, with changes of tracked files on top, which git keeps nowhere else. */
async function commitOfCheckout(): Promise<string> {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  const changed = await git(...identity, "-C", packageRoot(), "stash", "create");
  return changed === "" ? git("-C", packageRoot(), "rev-parse", "HEAD") : changed;
}

async function exists(podman: Podman, name: string): Promise<boolean> {
  return runPodman(podman, ["image", "inspect", "--format", "{{.Id}}", name]).then(
    () => true,
    () => false,
  );
}

async function git(...args: string[]): Promise<string> {
  const { succeeded, stdout, stderr, failure } = await runProcess("git", args, {
    cwd: packageRoot(),
  });
  if (!succeeded) throw new Error(`${failure}\n${stderr}`);
  return stdout.trim();
}
