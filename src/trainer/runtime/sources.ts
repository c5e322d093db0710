import { existsSync, statSync } from "node:fs";
import { BsweepError } from "../../core/errors.ts";
import type { Reporter } from "../../core/effects.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { findLibraries, type Libraries } from "./libraries.ts";
import { type Build, pinnedWheelsFit, requirementOf, wheelsOf } from "./pinned-wheels.ts";
import { downloadWheels, unpackedFolder, unpackWheel } from "./wheel.ts";
import { withWorkFolder } from "./work-folder.ts";

/** Where TensorFlow's libraries are taken from. */
export type Source =
  | { readonly kind: "given"; readonly path: string }
  | { readonly kind: "pinned-wheel"; readonly build: Build }
  | { readonly kind: "tfjs-installer" };

/**
 * The sources to try, in order. A path the user gave (`--from`, else `$BSWEEP_LIBTENSORFLOW`) is the only
 * one: taking another library in silence would not be what was asked for.
 * @throws BsweepError RUNTIME_UNFIT where there is none for GPUs
 */
export function listSources(
  from: string | undefined,
  environment: NodeJS.ProcessEnv,
  build: Build = "cpu",
  wheelsFit: boolean = pinnedWheelsFit(),
): Source[] {
  const path = from ?? environment["BSWEEP_LIBTENSORFLOW"] ?? "";
  if (path !== "") return [{ kind: "given", path: logicalPath(path) }];
  if (build === "gpu" && !wheelsFit) {
    const message = "TensorFlow for GPUs is there for Linux on x86_64 only";
    const hint = "bsweep runtime install --from FOLDER takes one you have";
    throw new BsweepError("RUNTIME_UNFIT", message, { hint });
  }
  const pinned: Source[] = wheelsFit ? [{ kind: "pinned-wheel", build }] : [];
  // tfjs-node's installer knows no GPU in this package.
  return build === "gpu" ? pinned : [...pinned, { kind: "tfjs-installer" }];
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

/** The libraries of the pinned wheels: from the cache, else downloaded. */
export async function takePinnedLibraries(
  build: Build,
  cache: string,
  reporter: Reporter,
): Promise<Libraries> {
  const wheels = wheelsOf(build);
  const [{ file, sha256 }] = wheels;
  const unpacked = unpackedFolder(cache, file, sha256, wheels.length > 1);
  if (existsSync(unpacked)) return findLibraries(unpacked);
  return withWorkFolder(cache, async (folder) => {
    const megabytes = wheels.reduce((sum, wheel) => sum + wheel.megabytes, 0);
    const more = build === "gpu" ? " and CUDA's libraries" : "";
    reporter.info(
      `Downloading ${requirementOf(wheels[0])}${more} with pip (${megabytes}MB, once) ...`,
    );
    const [tensorflow, ...cuda] = await downloadWheels(wheels, folder);
    reporter.info(`Unpacking into ${unpacked} ...`);
    return unpackWheel(tensorflow, cache, cuda);
  });
}
