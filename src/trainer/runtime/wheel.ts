import { closeSync, existsSync, fsyncSync, openSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { syncFolder } from "../../workspace/atomic.ts";
import { hashFile } from "../../workspace/packed-dataset.ts";
import { CUDA, findLibraries, type Libraries } from "./libraries.ts";
import { ALL_WHEELS, type PinnedWheel, PLATFORMS, requirementOf } from "./pinned-wheels.ts";
import { runTool } from "./tool.ts";
import { placeFolder, withWorkFolder } from "./work-folder.ts";

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
