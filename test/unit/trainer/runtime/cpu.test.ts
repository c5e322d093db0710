import { expect, test } from "vitest";
import {
  parseCpuFeatures,
  readCpu,
  requirePrecision,
} from "../../../../src/trainer/runtime/cpu.ts";

test("features come from the first processor, weakest first, only those that matter", () => {
  const cpuInfo = [
    "processor\t: 0",
    "model name\t: Some CPU",
    "flags\t\t: fpu amx_bf16 avx2 sse avx avx512f avx512_bf16x",
    "processor\t: 1",
    "flags\t\t: fma",
  ].join("\n");
  expect(parseCpuFeatures(cpuInfo)).toEqual(["avx", "avx2", "avx512f", "amx_bf16"]);
});

test("ARM lists its features under another name", () => {
  expect(parseCpuFeatures("Features\t: fp asimd sve bf16\n")).toEqual(["asimd", "sve", "bf16"]);
});

test("a machine that does not tell has no known features", () => {
  expect(parseCpuFeatures("")).toEqual([]);
});

test("this machine has a model and at least one core", () => {
  const cpu = readCpu();
  expect(cpu.model).not.toBe("");
  expect(cpu.cores).toBeGreaterThanOrEqual(1);
});

test("bfloat16 is refused where it would be emulated, with the reason", () => {
  const cpu = { model: "Some CPU", cores: 1, features: ["avx2", "avx512f"] };
  expect(() => requirePrecision("bfloat16", cpu)).toThrow(
    expect.objectContaining({
      code: "RUNTIME_UNFIT",
      message: "precision bfloat16 needs a CPU with AMX or AVX512_BF16; Some CPU has avx2, avx512f",
    }),
  );
  expect(() => requirePrecision("float32", cpu)).not.toThrow();
  for (const feature of ["amx_bf16", "avx512_bf16"])
    expect(() => requirePrecision("bfloat16", { ...cpu, features: [feature] })).not.toThrow();
});
