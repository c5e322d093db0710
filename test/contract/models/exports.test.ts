import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import type { CnnParameters } from "../../../src/cnn/parameters.ts";
import { encodeSafetensorsModel } from "../../../src/formats/safetensors-model.ts";
import { encodeTfjsModel } from "../../../src/formats/tfjs-model.ts";
import { encodeSavedModel } from "../../../src/trainer/graph/session.ts";
import {
  createPredictionGraph,
  createServingGraph,
  PREDICT_SIGNATURE,
  requireWeights,
} from "../../../src/trainer/predict.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { findPython, TEST_PYTHON } from "../../support/python/environment.ts";
import { requireHere } from "../../support/requirements.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { drawNormal, openSession } from "../../support/graph.ts";
import { describeModel, drawWeights } from "../../support/models.ts";

const tf = loadTensorFlow({ threads: 1 });

const PROBLEM = { height: 13, width: 14, channels: 3, classes: 7 };
const IMAGES = 5;
const PIXELS = drawNormal(IMAGES * 13 * 14 * 3, "pixels").map((x) => Math.min(1, Math.abs(x) / 3));

/** Every value of every structural parameter occurs. */
const networks: readonly Partial<CnnParameters>[] = [
  {},
  { blocks: 1, convLayers: 2, padding: "same", activation: "elu", denseLayers: 0 },
  { blocks: 3, padding: "same", activation: "tanh", pooling: "average", dropout: 0.3 },
  { kernelSize: 4, padding: "same", activation: "sigmoid", denseLayers: 2, dropout: 0.2 },
  { activation: "gelu", globalPooling: true, denseLayers: 0 },
  { activation: "silu", globalPooling: true, batchNormalization: true, padding: "same" },
  { residual: true, padding: "same", convLayers: 4, batchNormalization: true, filters: 4 },
  { residual: true, padding: "same", filters: 3, activation: "gelu", globalPooling: true },
  { batchNormalization: true, blocks: 1, kernelSize: 5, pooling: "average", denseLayers: 2 },
  { batchNormalization: true, convLayers: 2, kernelSize: 2, activation: "elu", denseLayers: 0 },
];

/** What the models of `networks` make of the images, as bsweep predicts. */
function predictAll() {
  return networks.map((changes) => {
    const model = describeModel(changes, PROBLEM);
    const weights = drawWeights(model);
    const session = openSession(tf, createPredictionGraph(model));
    session.run("load", requireWeights(model, weights));
    const { probabilities = [] } = session.run(PREDICT_SIGNATURE, { images: PIXELS });
    return { model, weights, probabilities };
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(IMAGES * PROBLEM.classes);
  expect(b).toHaveLength(a.length);
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN))));
}

test("tfjs loads the layers and predicts what bsweep predicts", async () => {
  for (const { model, weights, probabilities } of predictAll()) {
    const folder = makeTestFolder();
    const encoded = encodeTfjsModel(model, weights, "weights.bin");
    writeFileSync(join(folder, "model.json"), encoded.description);
    writeFileSync(join(folder, "weights.bin"), encoded.weights);
    const loaded: LayersModel = await tf.loadLayersModel(`file://${join(folder, "model.json")}`);
    const predicted = loaded.predict(tf.tensor(PIXELS, [IMAGES, 13, 14, 3])) as Tensor;
    expect(largestDifference(predicted.dataSync(), probabilities)).toBeLessThan(1e-5);
    // The probabilities say something about the image: else a wrong weight would not show.
    expect(Math.max(...probabilities)).toBeGreaterThan(0.2);
  }
});

function raise(): never {
  throw new Error("Python told of more than was written");
}

/** Prints, for each folder, what its saved model and its safetensors file hold, as JSON lines. */
const LOAD = `
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy, tensorflow as tf
from safetensors import safe_open
pixels, shape, *folders = sys.argv[1:]
images = tf.constant(numpy.fromfile(pixels, numpy.float32).reshape(json.loads(shape)))
for folder in folders:
    predict = tf.saved_model.load(folder).signatures["serving_default"]
    outputs = predict(images=images)
    with safe_open(folder + "/model.safetensors", framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    print(json.dumps({
        "probabilities": outputs["probabilities"].numpy().ravel().tolist(),
        "softmax": tf.nn.softmax(outputs["logits"]).numpy().ravel().tolist(),
        "tensors": {name: [list(t.shape), float(t.sum(dtype=numpy.float64))] for name, t in tensors.items()},
        "metadata": metadata,
    }))
`;

interface Loaded {
  readonly probabilities: readonly number[];
  readonly softmax: readonly number[];
  readonly tensors: Readonly<Record<string, readonly [shape: number[], sum: number]>>;
  readonly metadata: Readonly<Record<string, string>>;
}

test.runIf(requireHere(["Python's TensorFlow and safetensors"]))(
  "Python's TensorFlow and safetensors load the same model",
  () => {
    const folder = makeTestFolder();
    const predicted = predictAll();
    writeFileSync(join(folder, "pixels"), new Uint8Array(PIXELS.buffer));
    const folders = predicted.map(({ model, weights }, number) => {
      const own = join(folder, String(number));
      mkdirSync(own);
      writeFileSync(
        join(own, "saved_model.pb"),
        encodeSavedModel(createServingGraph(model, weights)),
      );
      writeFileSync(join(own, "model.safetensors"), encodeSafetensorsModel(model, weights));
      return own;
    });
    const shape = JSON.stringify([IMAGES, 13, 14, 3]);
    const args = ["-c", LOAD, join(folder, "pixels"), shape, ...folders];
    const output = execFileSync(findPython(TEST_PYTHON) ?? raise(), args, {
      encoding: "utf8",
      stdio: "pipe",
    });
    const loaded = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Loaded);
    expect(loaded).toHaveLength(networks.length);
    for (const [at, { probabilities, softmax, tensors, metadata }] of loaded.entries()) {
      const { weights, probabilities: ours } = predicted[at] ?? raise();
      expect(largestDifference(probabilities, ours)).toBeLessThan(1e-5);
      expect(largestDifference(softmax, ours)).toBeLessThan(1e-5);
      expect(Object.keys(tensors).sort()).toEqual([...weights.keys()].sort());
      for (const [name, [found, sum]] of Object.entries(tensors)) {
        const { shape: expected, values } = weights.get(name) ?? raise();
        expect(found).toEqual(expected);
        expect(sum).toBeCloseTo(
          values.reduce((total, value) => total + value, 0),
          3,
        );
      }
      expect(metadata).toMatchObject({ format: "bsweep-cnn", classes: "7", study: "digits" });
      expect(JSON.parse(metadata["input"] ?? "")).toMatchObject({ shape: [13, 14, 3] });
      expect(JSON.parse(metadata["layers"] ?? "")).not.toHaveLength(0);
    }
  },
);
