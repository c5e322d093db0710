import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { BsweepError, valueOr } from "../../core/errors.ts";
import type { Precision } from "../../core/study.ts";

/** What decides how fast TensorFlow computes here, and (for a thread count) which bits come out. */
export interface Cpu {
  readonly model: string;
  /** Cores this process may use. */
  readonly cores: number;
  /** Vector and matrix instructions, as Linux names them; empty where Linux does not tell. */
  readonly features: readonly string[];
}

/** The instruction sets that oneDNN chooses its kernels by, weakest first. */
const FEATURES =
  "avx avx2 fma avx512f avx512_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16 asimd sve bf16".split(
    " ",
  );

export function readCpu(): Cpu {
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const cpuInfo = valueOr("", () => readFileSync("/proc/cpuinfo", "utf8"));
  return { model, cores: availableParallelism(), features: parseCpuFeatures(cpuInfo) };
}

/** The features among `FEATURES` that `/proc/cpuinfo` lists for the first processor. */
export function parseCpuFeatures(cpuInfo: string): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1]?.trim().split(/\s+/) ?? [];
  return FEATURES.filter((feature) => flags.includes(feature));
}

/** Any of them computes with bfloat16 at more than float32's speed. */
const BFLOAT16_FEATURES = ["amx_bf16", "avx512_bf16"];

/**
 * Refuses what this CPU would only emulate, slower than float32.
 * @throws BsweepError RUNTIME_UNFIT
 */
export function requirePrecision(precision: Precision, { model, features }: Cpu = readCpu()): void {
  if (precision === "float32" || BFLOAT16_FEATURES.some((one) => features.includes(one))) return;
  throw new BsweepError(
    "RUNTIME_UNFIT",
    `precision bfloat16 needs a CPU with AMX or AVX512_BF16; ${model} has ${features.join(", ") || "neither"}`,
    { hint: "choose other hosts, or precision: float32 in the study" },
  );
}
