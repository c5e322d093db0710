import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import type { Build } from "./pinned-wheels.ts";

/** TensorFlow's native part, wherever it lies: what tfjs-node's binding is built from and loads. */
export interface Libraries {
  /** `libtensorflow_cc.so.2` of a wheel, or `libtensorflow.so.2` of an official libtensorflow. */
  readonly main: string;
  readonly framework: string;
  /** The folder with `tensorflow/c/c_api.h`. */
  readonly include: string;
  /** The folder with CUDA's libraries, as NVIDIA's Python packages lay them out; undefined when there is none. */
  readonly cuda: string | undefined;
}

/** The folder's name, which the libraries of a build for GPUs look for beside their own. */
export const CUDA = "nvidia";

const MAIN = ["libtensorflow_cc.so.2", "libtensorflow.so.2", "libtensorflow.so"];
const FRAMEWORK = ["libtensorflow_framework.so.2", "libtensorflow_framework.so"];
const HEADER = join("tensorflow", "c", "c_api.h");

/**
 * Finds the libraries in `folder`: side by side, as in an unpacked libtensorflow (`lib/`, `include/`), or
 * as in an installed Python package (`tensorflow/`).
 * @throws BsweepError USAGE that names everything missing.
 */
export function findLibraries(folder: string): Libraries {
  const places = [folder, join(folder, "lib"), join(folder, "tensorflow")];
  const headers = [folder, join(folder, ".."), join(folder, "tensorflow")];
  const main = findFirst(places, MAIN);
  const framework = findFirst(places, FRAMEWORK);
  const include = headers
    .map((place) => join(place, "include"))
    .find((place) => existsSync(join(place, HEADER)));
  if (main !== undefined && framework !== undefined && include !== undefined) {
    const cuda = [join(dirname(main), CUDA), join(dirname(main), "..", CUDA)];
    return { main, framework, include, cuda: cuda.find((place) => existsSync(place)) };
  }
  const missing = [
    ...(main === undefined ? ["libtensorflow_cc.so.2 (or libtensorflow.so.2)"] : []),
    ...(framework === undefined ? ["libtensorflow_framework.so.2"] : []),
    ...(include === undefined ? [join("include", HEADER)] : []),
  ];
  throw new BsweepError("USAGE", `${folder} is no TensorFlow: missing ${missing.join(", ")}`, {
    hint: "give a folder with both libraries and include/, an unpacked libtensorflow, or a tensorflow wheel (.whl)",
  });
}

/**
 * Makes `deps`, the folder that the binding is built against and finds its libraries in, out of links:
 * the libraries stay where they are and survive `npm ci`.
 */
export function linkLibraries(libraries: Libraries, deps: string): void {
  const lib = join(deps, "lib");
  mkdirSync(lib, { recursive: true });
  symlinkSync(realpathSync(libraries.include), join(deps, "include"));
  // A build for GPUs finds CUDA by its place relative to the folder it is loaded from, which is `lib`.
  if (libraries.cuda !== undefined) symlinkSync(realpathSync(libraries.cuda), join(deps, CUDA));
  linkLibrary(libraries.main, lib, "libtensorflow.so");
  linkLibrary(libraries.framework, lib, "libtensorflow_framework.so");
}

/** What a library was built for: one for GPUs has CUDA's entry points inside. */
export function buildOf(framework: string): Build {
  return readFileSync(framework).includes("cuInit") ? "gpu" : "cpu";
}

/** Links a library under the name the linker asks for and under the one recorded inside it (its soname). */
function linkLibrary(library: string, lib: string, linkName: string): void {
  const name = basename(library);
  const soname = name.endsWith(".so") ? `${name}.2` : name;
  symlinkSync(realpathSync(library), join(lib, soname));
  symlinkSync(soname, join(lib, linkName));
}

function findFirst(folders: readonly string[], names: readonly string[]): string | undefined {
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}
