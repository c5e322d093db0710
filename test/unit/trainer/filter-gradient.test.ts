import { expect, test } from "vitest";
import { resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { planCnn } from "../../../src/cnn/shapes.ts";
import { filterGradientRule } from "../../../src/trainer/filter-gradient.ts";
import type { DataType } from "../../../src/trainer/graph/graph.ts";
import { createTrainingGraph } from "../../../src/trainer/training-graph.ts";
import { HEADER } from "../../support/training-graph.ts";

const AVX2 = ["avx", "avx2", "fma"];
const AVX512 = [...AVX2, "avx512f", "avx512_bf16"];
const AMX = [...AVX512, "amx_tile", "amx_bf16"];

/** The convolutions of the default network, on what it uses of 28 x 28 digits. */
const FIRST = { dtype: "float32" as DataType, kernel: 3, channels: 1, filters: 32, side: 24 };
const SECOND = { ...FIRST, channels: 32, filters: 64, side: 10 };

function choose(features: readonly string[], batchSize: number, convolution: typeof FIRST) {
  const { dtype, kernel, channels, filters, side } = convolution;
  const filter = { dtype, shape: [kernel, kernel, channels, filters] };
  return filterGradientRule(features, batchSize)(filter, [-1, side, side, filters]);
}

test.each([
  { on: AVX2, shape: FIRST, small: "patches", large: "patches" },
  { on: AVX512, shape: FIRST, small: "patches", large: "patches" },
  { on: AMX, shape: FIRST, small: "patches", large: "patches" },
  { on: AVX2, shape: SECOND, small: "patches", large: "patches" },
  { on: AVX512, shape: SECOND, small: "patches", large: "patches" },
  { on: AMX, shape: SECOND, small: "patches", large: "direct" },
])("$on, $shape: $small at batch 64, $large at 256", ({ on, shape, small, large }) => {
  expect([64, 256].map((batchSize) => choose(on, batchSize, shape))).toEqual([small, large]);
});

test.each([
  { on: AVX2, shape: FIRST, least: 16 },
  { on: AVX512, shape: FIRST, least: 24 },
  { on: AVX2, shape: SECOND, least: 32 },
  { on: AVX512, shape: SECOND, least: 64 },
])("$on, $shape: patches from $least filters on", ({ on, shape, least }) => {
  const chosen = [least - 1, least].map((filters) => choose(on, 64, { ...shape, filters }));
  expect(chosen).toEqual(["direct", "patches"]);
});

test.each<readonly [string, typeof FIRST]>([
  ["bfloat16", { ...SECOND, dtype: "bfloat16" }],
  ["kernels of one pixel", { ...SECOND, kernel: 1 }],
  ["few channels", { ...SECOND, channels: 15 }],
  ["large patches", { ...SECOND, side: 16 }],
])("TensorFlow's own operation for %s", (_title, convolution) => {
  expect(choose(AVX2, 1, convolution)).toBe("direct");
});

test.each([
  { batchSize: 64, chosen: ["patches", "patches"] },
  { batchSize: 256, chosen: ["patches", "direct"] },
])("a training graph for batches of $batchSize is built as it tells: $chosen", (row) => {
  const header = { ...HEADER, height: 28, width: 28, channels: 1 };
  const params = resolveCnnParameters({ batchSize: row.batchSize });
  const planning = planCnn(params, header);
  if (!planning.ok) throw new Error(planning.reason);
  const built = createTrainingGraph(params, planning.plan, header, "float32", AMX);
  expect(built.filterGradients).toEqual(row.chosen);
  const direct = built.graph.nodes.filter(({ op }) => op === "Conv2DBackpropFilter");
  expect(direct).toHaveLength(row.chosen.filter((way) => way === "direct").length);
});
