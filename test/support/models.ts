import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CnnProblem, planModel } from "../../src/cnn/shapes.ts";
import { type CnnParameters, resolveCnnParameters } from "../../src/cnn/parameters.ts";
import { sha256 } from "../../src/core/identity.ts";
import { formatModelFile, type RefittedModel } from "../../src/formats/model-file.ts";
import { encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import { countElements, Graph } from "../../src/trainer/graph/graph.ts";
import { createNetwork } from "../../src/trainer/layers/network.ts";
import type { Layout } from "../../src/workspace/layout.ts";
import { MODEL_FILE, WEIGHTS_FILE } from "../../src/workspace/models.ts";
import { drawNormal } from "./graph.ts";

export const DIGITS: CnnProblem = { height: 28, width: 28, channels: 1, classes: 10 };

/** What describes a model of study `digits`; its weights are to be filled in. */
export function describeModel(
  changes: Partial<CnnParameters> = {},
  problem: CnnProblem = DIGITS,
  name = "trial-17-seed-1",
): RefittedModel {
  return {
    schemaVersion: 1,
    ...{ study: "digits", name, problem },
    trial: { number: 17, trialId: "0123456789abcdef" },
    seed: 1,
    trainingSeed: 7,
    params: resolveCnnParameters({ filters: 4, denseUnits: 16, ...changes }),
    epochs: 3,
    precision: "float32",
    dataset: { path: "data/digits", digest: `sha256:${"a".repeat(64)}`, rows: 100 },
    test: null,
    seconds: 1.5,
    numerics: { tensorflow: "2.21.0", cpu: "test", threads: 1, precision: "float32" },
    weights: { file: WEIGHTS_FILE, bytes: 0, sha256: "0".repeat(64) },
    bsweep: "0.1.0",
  };
}

/** Weights that no layer leaves without effect: biases and averages are not zero, variances are positive. */
export function drawWeights(
  model: RefittedModel,
  purpose = "weights",
): ReadonlyMap<string, NamedTensor> {
  const { height, width, channels } = model.problem;
  const context = {
    graph: new Graph(),
    nextRandomUse: () => 0,
    initializer: model.params.initializer,
  };
  const { variables } = createNetwork(context, planModel(model).layers, [height, width, channels]);
  return new Map(
    variables.map(({ variable: { name, shape } }) => {
      const draws = drawNormal(countElements(shape), `${purpose} ${name}`);
      const positive = name.endsWith("/variance") || name.endsWith("/gamma");
      const values = draws.map((x) => (positive ? 0.5 + Math.abs(x) : 0.3 * x));
      return [name, { shape, values }] as const;
    }),
  );
}

/** Writes a model as `bsweep refit` leaves it. @returns its folder */
export function writeModel(
  layout: Layout,
  described: RefittedModel,
  tensors: ReadonlyMap<string, NamedTensor> = drawWeights(described, described.name),
): string {
  const folder = join(layout.models(described.study), described.name);
  mkdirSync(folder, { recursive: true });
  const bytes = encodeSafetensors({ tensors, metadata: {} });
  writeFileSync(join(folder, WEIGHTS_FILE), bytes);
  const weights = { file: WEIGHTS_FILE, bytes: bytes.length, sha256: sha256(bytes) };
  writeFileSync(join(folder, MODEL_FILE), formatModelFile({ ...described, weights }));
  return folder;
}
