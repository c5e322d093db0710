import { existsSync, statSync } from "node:fs";
import { BsweepError } from "../../core/errors.ts";
import type { Reporter } from "../../core/effects.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { findLibraries, type Libraries } from "./libraries.ts";
import {
  downloadPinnedWheel,
  PINNED_WHEEL,
  pinnedWheelFits,
  unpackedFolder,
  unpackWheel,
} from "./wheel.ts";
import { withWorkFolder } from "./work-folder.ts";

/** Where TensorFlow's libraries are taken from. */
export type Source =
  | { readonly kind: "given"; readonly path: string }
  | { readonly kind: "pinned-wheel" }
  | { readonly kind: "tfjs-installer" };

/**
 * The sources to try, in order. A path the user gave (`--from`, else `$BSWEEP_LIBTENSORFLOW`) is the only
 * one: taking another library in silence would not be what was asked for.
 */
export function listSources(
  from: string | undefined,
  environment: NodeJS.ProcessEnv,
  wheelFits: boolean = pinnedWheelFits(),
): Source[] {
  const path = from ?? environment["BSWEEP_LIBTENSORFLOW"] ?? "";
  if (path !== "") return [{ kind: "given", path: logicalPath(path) }];
  return [...(wheelFits ? [{ kind: "pinned-wheel" } as const] : []), { kind: "tfjs-installer" }];
}

/** The libraries in a folder, or in a wheel, which is unpacked into the cache. */
export async function takeGivenLibraries(path: string, cache: string): Promise<Libraries> {
  if (!existsSync(path)) {
    throw new BsweepError("USAGE", `no such file or folder: ${path}`, {
      hint: "bsweep runtime install --from FOLDER-OR-WHEEL",
    });
  }
  return statSync(path).isDirectory() ? findLibraries(path) : unpackWheel(path, cache);
}

/** The pinned wheel's libraries: from the cache, else downloaded. */
export async function takePinnedLibraries(cache: string, reporter: Reporter): Promise<Libraries> {
  const unpacked = unpackedFolder(cache, PINNED_WHEEL.file, PINNED_WHEEL.sha256);
  if (existsSync(unpacked)) return findLibraries(unpacked);
  return withWorkFolder(cache, async (folder) => {
    const { requirement, megabytes } = PINNED_WHEEL;
    reporter.info(`Downloading ${requirement} with pip (${megabytes} MB, once) ...`);
    const wheel = await downloadPinnedWheel(folder);
    reporter.info(`Unpacking it into ${unpacked} ...`);
    return unpackWheel(wheel, cache);
  });
}
