import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type LoadOptions, missingRuntime, setEnvironment, type Tf } from "./load.ts";
import { findTfjsPackage, TFJS_NODE } from "./tfjs-package.ts";

/** What TensorFlow gives back: elements in row-major order. */
export type Fetched = Float32Array | Int32Array | Uint8Array;

/**
 * The part of tfjs-node's native binding that runs sessions (dist/tfjs_binding.d.ts of tfjs-node 4.22,
 * the very version in package.json).
 */
export interface NativeBinding {
  /** The native library's version, such as `2.21.0`; tfjs-node's own is another one. */
  readonly TF_Version: string;
  /** Whether TensorFlow has found a GPU, and computes on it. */
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Fetched;
  loadSavedModel(folder: string, tags: string): number;
  runSavedModel(
    session: number,
    inputIds: readonly number[],
    inputs: string,
    outputs: string,
  ): readonly { readonly id: number }[];
  deleteSavedModel(session: number): void;
}

/**
 * Loads tfjs-node's native binding alone, on `threads` threads. The trainer needs none of tfjs-node's
 * JavaScript, and every trial would pay for loading it: that is half the time of loading it whole.
 *
 * @throws BsweepError RUNTIME_MISSING when the package or its native library is not there or does not load
 */
export function loadNativeBinding({ threads }: LoadOptions): NativeBinding {
  setEnvironment(threads);
  try {
    return createRequire(import.meta.url)(findBinding()) as NativeBinding;
  } catch (error) {
    throw missingRuntime(error);
  }
}

/** The same binding, from a tfjs-node that was loaded whole. */
export function bindingOf(tf: Tf): NativeBinding {
  return (tf.backend() as unknown as { readonly binding: NativeBinding }).binding;
}

/** node-pre-gyp would tell the folder too; loading it takes longer than looking. */
function findBinding(): string {
  const tfjs = findTfjsPackage();
  if (tfjs === undefined) throw new Error(`the npm package ${TFJS_NODE} is not there`);
  const lib = join(tfjs.folder, "lib");
  const built = (existsSync(lib) ? readdirSync(lib) : [])
    .map((name) => join(lib, name, "tfjs_binding.node"))
    .find((file) => existsSync(file));
  if (built === undefined) throw new Error(`${TFJS_NODE} has no native binding in ${lib}`);
  return built;
}
