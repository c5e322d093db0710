import { createRequire } from "node:module";
import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-node";
import { BsweepError, messageOf } from "../../core/errors.ts";

export type Tf = typeof TensorFlow;

export interface LoadOptions {
  /** Threads TensorFlow computes with. Another count gives other numbers, so it is part of a result's fingerprint. */
  readonly threads: number;
  /** Let TensorFlow tell on stderr what it finds: GPUs, or why it takes none. */
  readonly notes?: boolean;
}

/** The command that mends a missing or broken TensorFlow. */
export const RUNTIME_HINT = "bsweep runtime install";

/**
 * Loads the whole of tfjs-node on `threads` threads: the only place that imports it. The first call
 * decides for the whole process, because TensorFlow reads its settings once. The trainer itself does
 * with less (native.ts).
 *
 * @throws BsweepError RUNTIME_MISSING when the package or its native library is not there or does not load.
 */
export function loadTensorFlow(options: LoadOptions): Promise<Tf> {
  return Promise.resolve().then(() => requireTensorFlow(options));
}

function requireTensorFlow({ threads, notes = false }: LoadOptions): Tf {
  setEnvironment(threads);
  if (notes) process.env["TF_CPP_MIN_LOG_LEVEL"] = "0";
  restoreIsNullOrUndefined();
  try {
    // `import()` of this CommonJS package first scans its files for names, a quarter of the whole start.
    return createRequire(import.meta.url)("@tensorflow/tfjs-node") as Tf;
  } catch (error) {
    throw missingRuntime(error);
  }
}

/** What to tell when loading failed. */
export function missingRuntime(cause: unknown): BsweepError {
  const reason = firstLine(messageOf(cause));
  return new BsweepError("RUNTIME_MISSING", `TensorFlow does not load: ${reason}`, {
    hint: RUNTIME_HINT,
    cause,
  });
}

/** Sets what TensorFlow reads when it loads; later it is too late. */
export function setEnvironment(threads: number): void {
  Object.assign(process.env, tensorFlowEnvironment(threads));
}

/**
 * What TensorFlow reads from the environment when it loads. Level 2 keeps its errors and drops its
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

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.trim() ?? "";
}
