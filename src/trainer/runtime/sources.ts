import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync } from "node:fs";
import { BsweepError } from "../../core/errors.ts";
import type { Reporter } from "../../core/effects.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { CUDA, findLibraries, type Libraries } from "./libraries.ts";
import {
  ALL_WHEELS,
  type Build,
  type PinnedWheel,
  pinnedWheelsFit,
  PLATFORMS,
  requirementOf,
  wheelsOf,
} from "./pinned-wheels.ts";
import { placeFolder, withWorkFolder } from "./work-folder.ts";
import { basename, join } from "node:path";
import { syncFolder } from "../../workspace/atomic.ts";
import { hashFile } from "../../workspace/packed-dataset.ts";
import { runTool } from "./tool.ts";

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

/** The folder in `cache` that a wheel is unpacked to: its version and the digest's leading hex. */
export function unpackedFolder(
  cache: string,
  wheelFile: string,
  sha256: string,
  withCuda = false,
): string {
  const version = /^[^-]+-([^-]+)-/.exec(wheelFile)?.[1] ?? "unknown";
  return join(cache, `tensorflow-${version}-${sha256.slice(0, 12)}${withCuda ? "-cuda" : ""}`);
}

/** Fetches pinned wheels with pip into `folder` and returns their paths, in order. */
export async function downloadWheels(
  wheels: readonly [PinnedWheel, ...PinnedWheel[]],
  folder: string,
): Promise<[string, ...string[]]> {
  const argv = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  // Always the same files, whatever Python runs pip.
  argv.push("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311");
  argv.push(...PLATFORMS.flatMap((platform) => ["--platform", platform]), "--dest", folder);
  argv.push(...wheels.map(requirementOf));
  const [first, ...others] = wheels;
  await runTool("Downloading TensorFlow with pip", "python3", argv, {
    hint: `install python3 with pip, or fetch ${first.file} elsewhere and run bsweep runtime install --from FILE`,
  });
  const place = ({ file }: PinnedWheel): string => join(folder, file);
  return [place(first), ...others.map(place)];
}

/**
 * Unpacks the libraries and C headers of a TensorFlow wheel into the cache and finds them there. The
 * folder appears whole or not at all; one that is there already is used.
 * @param cuda wheels with the CUDA libraries that a build for GPUs loads; they are put beside it
 * @throws BsweepError RUNTIME_MISSING when a file is not what its name says, USAGE when it lacks the libraries.
 */
export async function unpackWheel(
  wheel: string,
  cache: string,
  cuda: readonly string[] = [],
): Promise<Libraries> {
  const sha256 = hashFile(wheel);
  for (const file of cuda) refuseDamaged(file, hashFile(file));
  refuseDamaged(wheel, sha256);
  const unpacked = unpackedFolder(cache, basename(wheel), sha256, cuda.length > 0);
  if (!existsSync(unpacked)) {
    await withWorkFolder(cache, async (folder) => {
      for (const file of [wheel, ...cuda]) await extract(file, folder);
      const found = findLibraries(folder);
      for (const file of [found.main, found.framework]) syncFile(file);
      if (cuda.length > 0) renameSync(join(folder, CUDA), join(folder, "tensorflow", CUDA));
      placeFolder(join(folder, "tensorflow"), unpacked);
      syncFolder(cache);
    });
  }
  return findLibraries(unpacked);
}

function refuseDamaged(wheel: string, sha256: string): void {
  const pinned = ALL_WHEELS.find(({ file }) => file === basename(wheel));
  if (pinned === undefined || sha256 === pinned.sha256) return;
  throw new BsweepError(
    "RUNTIME_MISSING",
    `${wheel} is damaged: found sha256 ${sha256}, expected ${pinned.sha256}`,
    { hint: "fetch it again; nothing of it was used" },
  );
}

/** Python is needed to build the binding in any case, and its zipfile module is on every Python. */
const EXTRACT = `
import os, sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename
        if name.startswith(tuple(wanted)) and not (name.startswith("nvidia/") and "/include/" in name):
            path = archive.extract(entry, folder)
            # Programs among them: zipfile forgets that they are.
            if entry.external_attr >> 16 & 0o111: os.chmod(path, 0o755)
`;

/** Of 13,000 headers the C API includes these few folders. Of CUDA's, none is needed. */
const WANTED = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/",
  "tensorflow/include/tsl/platform/",
  "tensorflow/include/xla/tsl/c/",
  `${CUDA}/`,
];

async function extract(wheel: string, folder: string): Promise<void> {
  await runTool("Unpacking TensorFlow", "python3", ["-c", EXTRACT, wheel, folder, ...WANTED], {
    hint: "check the file, the free disk space (1 GB) and that python3 is installed",
  });
}

function syncFile(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
