import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-node";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { findTfjsPackage, TFJS_NODE } from "./tfjs-package.ts";

export type Tf = typeof TensorFlow;

interface LoadOptions {
  /** Threads TensorFlow computes with. Another count gives other numbers, so it is part of a result's fingerprint. */
  readonly threads: number;
  /** Let TensorFlow tell on stderr what it finds: GPUs, or why it takes none. */
  readonly notes?: boolean;
}

/**
 * Loads the whole of tfjs-node on `threads` threads: the only place that imports it. The first call
 * decides for the whole process, because TensorFlow reads its settings once. The trainer itself does
 * with less (`loadNativeBinding`).
 *
 * @throws BsweepError RUNTIME_MISSING when the package or its native library is not there or does not load.
 */
export function loadTensorFlow({ threads, notes = false }: LoadOptions): Tf {
  Object.assign(process.env, tensorFlowEnvironment(threads));
  if (notes) process.env["TF_CPP_MIN_LOG_LEVEL"] = "0";
  restoreIsNullOrUndefined();
  try {
    // `import()` of this CommonJS package first scans its files for names, a quarter of the whole start.
    return createRequire(import.meta.url)(findTfjsPackage()?.folder ?? TFJS_NODE) as Tf;
  } catch (error) {
    throw missingRuntime(error);
  }
}

/** What to tell when loading failed. */
function missingRuntime(cause: unknown): BsweepError {
  const reason = messageOf(cause).split("\n", 1)[0]?.trim() ?? "";
  return new BsweepError("RUNTIME_MISSING", `TensorFlow does not load: ${reason}`, {
    hint: "bsweep runtime install",
    cause,
  });
}

/**
 * What TensorFlow reads from the environment when it loads; later it is too late. Level 2 keeps its errors and drops its
 * notes. oneDNN's kernels are always on: by itself TensorFlow takes them only on processors with AVX-512
 * VNNI or better, yet a step costs a third less with them on AVX2 too. No fingerprint tells them apart,
 * so they are not left to the user's environment. A GPU's memory is taken as it is needed: all of it at
 * once would keep other trials off the GPU.
 */
export function tensorFlowEnvironment(threads: number): Readonly<Record<string, string>> {
  return {
    TF_CPP_MIN_LOG_LEVEL: "2",
    TF_ENABLE_ONEDNN_OPTS: "1",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
  };
}

/** tfjs-node 4.22 still calls `util.isNullOrUndefined`, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  if ("isNullOrUndefined" in util) return;
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  });
}

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
  Object.assign(process.env, tensorFlowEnvironment(threads));
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
