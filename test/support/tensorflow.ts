import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The shape of a TensorFlow wheel: the two libraries and the header that tell it is one. */
export const WHEEL_FILES = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/c/c_api.h",
  "tensorflow/python/left_out.py",
];

/** Writes empty files below `folder`. */
export function writeFiles(folder: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
}

const ZIP = `
import sys, zipfile
wheel, megabytes, *names = sys.argv[1:]
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    for name in names:
        archive.writestr(name, bytes(int(megabytes) << 20) if name == names[0] else b"")
`;

/** Writes a zip file that holds `files`: the first of so many megabytes of zeros, the others empty. */
export function writeWheel(
  path: string,
  files: readonly string[] = WHEEL_FILES,
  megabytes = 0,
): string {
  execFileSync("python3", ["-c", ZIP, path, String(megabytes), ...files]);
  return path;
}
