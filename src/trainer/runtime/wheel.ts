import { createHash } from "node:crypto";
import { closeSync, createReadStream, existsSync, fsyncSync, openSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BsweepError } from "../../core/errors.ts";
import { syncFolder } from "../../workspace/atomic.ts";
import { findLibraries, type Libraries } from "./libraries.ts";
import { runTool } from "./tool.ts";
import { placeFolder, withWorkFolder } from "./work-folder.ts";

/**
 * The wheel bsweep takes TensorFlow from: the file with this digest, on any Python that can run pip. Its
 * libtensorflow_cc.so.2 exports the whole C API that tfjs-node needs.
 */
export const PINNED_WHEEL = {
  requirement: "tensorflow-cpu==2.21.0",
  file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  megabytes: 274,
} as const;

/** Whether the pinned wheel is for a machine like this one. */
export function pinnedWheelFits(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/** The folder in `cache` that a wheel is unpacked to: its version and the digest's leading hex. */
export function unpackedFolder(cache: string, wheelFile: string, sha256: string): string {
  const version = /^[^-]+-([^-]+)-/.exec(wheelFile)?.[1] ?? "unknown";
  return join(cache, `tensorflow-${version}-${sha256.slice(0, 12)}`);
}

/** Fetches the pinned wheel with pip into `folder` and returns its path. */
export async function downloadPinnedWheel(folder: string): Promise<string> {
  const argv = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  // Always the same file, whatever Python runs pip.
  argv.push("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311");
  argv.push("--platform", "manylinux_2_27_x86_64", "--dest", folder, PINNED_WHEEL.requirement);
  await runTool("Downloading TensorFlow with pip", "python3", argv, {
    hint: `install python3 with pip, or fetch ${PINNED_WHEEL.file} elsewhere and run bsweep runtime install --from FILE`,
  });
  return join(folder, PINNED_WHEEL.file);
}

/**
 * Unpacks the libraries and C headers of a TensorFlow wheel into the cache and finds them there. The
 * folder appears whole or not at all; one that is there already is used.
 * @throws BsweepError RUNTIME_MISSING when the file is not what its name says, USAGE when it lacks the libraries.
 */
export async function unpackWheel(wheel: string, cache: string): Promise<Libraries> {
  const sha256 = await digestOf(wheel);
  refuseDamaged(wheel, sha256);
  const unpacked = unpackedFolder(cache, basename(wheel), sha256);
  if (!existsSync(unpacked)) {
    await withWorkFolder(cache, async (folder) => {
      await extract(wheel, folder);
      const found = findLibraries(folder);
      for (const file of [found.main, found.framework]) syncFile(file);
      placeFolder(join(folder, "tensorflow"), unpacked);
      syncFolder(cache);
    });
  }
  return findLibraries(unpacked);
}

function refuseDamaged(wheel: string, sha256: string): void {
  if (basename(wheel) !== PINNED_WHEEL.file || sha256 === PINNED_WHEEL.sha256) return;
  throw new BsweepError(
    "RUNTIME_MISSING",
    `${wheel} is damaged: found sha256 ${sha256}, expected ${PINNED_WHEEL.sha256}`,
    { hint: "fetch it again; nothing of it was used" },
  );
}

/** Python is needed to build the binding in any case, and its zipfile module is on every Python. */
const EXTRACT = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(tuple(wanted)):
            archive.extract(name, folder)
`;

/** Of 13,000 headers the C API includes these few folders. */
const WANTED = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/",
  "tensorflow/include/tsl/platform/",
  "tensorflow/include/xla/tsl/c/",
];

async function extract(wheel: string, folder: string): Promise<void> {
  await runTool("Unpacking TensorFlow", "python3", ["-c", EXTRACT, wheel, folder, ...WANTED], {
    hint: "check the file, the free disk space (1 GB) and that python3 is installed",
  });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function syncFile(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
