import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

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
  return { model, cores: availableParallelism(), features: parseCpuFeatures(readCpuInfo()) };
}

/** The features among `FEATURES` that `/proc/cpuinfo` lists for the first processor. */
export function parseCpuFeatures(cpuInfo: string): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1]?.trim().split(/\s+/) ?? [];
  return FEATURES.filter((feature) => flags.includes(feature));
}

function readCpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
