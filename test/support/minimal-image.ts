import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { cacheFolder } from "../../src/workspace/cache.ts";
import { makeTestFolder } from "./folder.ts";
import { spawnSync as watchedSpawnSync } from "./programs.ts";

/** The root of a small Debian without Node, made once under the cache folder; or why there is none. */
export function findMinimalImage(): { readonly root: string } | { readonly missing: string } {
  if (process.getuid?.() !== 0) return { missing: "chroot needs root" };
  const root = join(cacheFolder(), "debian-bookworm");
  if (existsSync(root)) return { root };
  const building = `${root}.${process.pid}`;
  mkdirSync(dirname(root), { recursive: true });
  const made = spawnSync("debootstrap", ["--variant=minbase", "bookworm", building], {
    encoding: "utf8",
  });
  if (made.status !== 0) {
    rmSync(building, { recursive: true, force: true });
    return { missing: made.error?.message ?? made.stdout.trim().split("\n").at(-1) ?? "" };
  }
  renameSync(building, root);
  return { root };
}

/** A copy of the image for the running test alone. */
export function copyImage(root: string): string {
  const copy = join(makeTestFolder(), "image");
  const copied = spawnSync("cp", ["-a", "--reflink=auto", root, copy], { encoding: "utf8" });
  if (copied.status !== 0) throw new Error(copied.stderr);
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  return copy;
}

/** Copies a folder into an image, under the same name, as a mount would show it. */
export function showIn(image: string, folder: string): string {
  const shown = join(image, folder);
  cpSync(folder, shown, { recursive: true });
  return shown;
}

export interface ImageRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the image, with nothing else in sight. */
export function runIn(
  image: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ImageRun {
  return watchedSpawnSync("chroot", [image, ...command], {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", ...env },
  });
}
