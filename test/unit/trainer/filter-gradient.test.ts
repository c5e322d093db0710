import { expect, test } from "vitest";
import { chooseFilterGradient } from "../../../src/trainer/filter-gradient.ts";

const AVX2 = ["avx", "avx2", "fma"];
const AVX512 = [...AVX2, "avx512f", "avx512_bf16"];
const AMX = [...AVX512, "amx_tile", "amx_bf16"];

/** The convolutions of the default network, on what it uses of 28 x 28 digits. */
const FIRST = { dtype: "float32", kernel: 3, channels: 1, filters: 32, positions: 576 } as const;
const SECOND = { ...FIRST, channels: 32, filters: 64, positions: 100 };

test.each([
  { on: AVX2, shape: FIRST, small: "patches", large: "patches" },
  { on: AVX512, shape: FIRST, small: "patches", large: "patches" },
  { on: AMX, shape: FIRST, small: "patches", large: "patches" },
  { on: AVX2, shape: SECOND, small: "patches", large: "patches" },
  { on: AVX512, shape: SECOND, small: "patches", large: "patches" },
  { on: AMX, shape: SECOND, small: "patches", large: "direct" },
])("$on, $shape: $small at batch 64, $large at 256", ({ on, shape, small, large }) => {
  const chosen = [64, 256].map((batchSize) => chooseFilterGradient(on, batchSize, shape));
  expect(chosen).toEqual([small, large]);
});

test.each([
  { on: AVX2, shape: FIRST, least: 16 },
  { on: AVX512, shape: FIRST, least: 24 },
  { on: AVX2, shape: SECOND, least: 32 },
  { on: AVX512, shape: SECOND, least: 64 },
])("$on, $shape: patches from $least filters on", ({ on, shape, least }) => {
  const choose = (filters: number) => chooseFilterGradient(on, 64, { ...shape, filters });
  expect([choose(least - 1), choose(least)]).toEqual(["direct", "patches"]);
});

test.each([
  ["bfloat16", { ...SECOND, dtype: "bfloat16" as const }],
  ["kernels of one pixel", { ...SECOND, kernel: 1 }],
  ["few channels", { ...SECOND, channels: 15 }],
  ["large patches", { ...SECOND, positions: 228 }],
])("TensorFlow's own operation for %s", (_title, shape) => {
  expect(chooseFilterGradient(AVX2, 1, shape)).toBe("direct");
});
