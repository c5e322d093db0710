import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { planModel } from "../cnn/shapes.ts";
import { readModelWeights, type StoredModel } from "../workspace/models.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import { Session } from "./graph/session.ts";
import { countEvaluatedAtOnce, type ModelState, requireTensors } from "./model.ts";
import type { NativeBinding } from "./runtime/load.ts";
import { PIXEL_SCALE } from "./training-step.ts";
import { BsweepError } from "../core/errors.ts";
import type { RefittedModel } from "../formats/model-file.ts";
import { countElements, Graph, type GraphTensor } from "./graph/graph.ts";
import { constantTensor, placeholder } from "./graph/operations/tensors.ts";
import { softmax } from "./graph/operations/cross-entropy.ts";
import type { Variable } from "./graph/operations/variable.ts";
import { createEvaluation, type ForwardMode } from "./layers/layer.ts";
import { createNetwork, type Network } from "./layers/network.ts";
import { addStateSignatures } from "./training-graph.ts";

/** Images of one shape, read piece by piece. */
export interface ImageRows {
  readonly count: number;
  /** Pixels in 0 .. 1 of `count` images from number `start` on. */
  readonly read: (start: number, count: number) => Float32Array;
}

/** A packed data set, opened and closed again for each piece: any size of it takes the memory of one. */
export function datasetRows(folder: string): ImageRows {
  const { header, imagesFile } = openPackedDataset(folder);
  const { count, height, width, channels } = header;
  const imageBytes = height * width * channels;
  return {
    count,
    read: (start, rows) => {
      const bytes = readAt(imagesFile, start * imageBytes, rows * imageBytes);
      return Float32Array.from(bytes, (byte) => BRIGHTNESS[byte] ?? 0);
    },
  };
}

/** What training makes of each byte: the product of two float32, rounded once. */
const BRIGHTNESS = Float32Array.from({ length: 256 }, (_, byte) => byte * Math.fround(PIXEL_SCALE));

function readAt(file: string, position: number, bytes: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  const descriptor = openSync(file, "r");
  try {
    for (let done = 0; done < bytes;) {
      const read = readSync(descriptor, buffer, done, bytes - done, position + done);
      if (read === 0) throw new Error(`${file} ends within its images`);
      done += read;
    }
    return buffer;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The mean of the models' probabilities, [rows, classes]. One model is in memory at a time.
 * @param folder for scratch files
 */
export function predictMean(
  binding: NativeBinding,
  models: readonly StoredModel[],
  rows: ImageRows,
  folder: string,
): Float32Array {
  const classes = models[0]?.model.problem.classes ?? 0;
  const sum = new Float64Array(rows.count * classes);
  for (const [number, stored] of models.entries()) {
    const graph = join(folder, `graph-${number}`);
    for (const [at, value] of predict(binding, stored, rows, graph).entries()) {
      sum[at] = (sum[at] ?? 0) + value;
    }
  }
  return Float32Array.from(sum, (value) => value / models.length);
}

function predict(
  binding: NativeBinding,
  stored: StoredModel,
  rows: ImageRows,
  folder: string,
): Float32Array {
  const { model } = stored;
  const session = new Session(binding, createPredictionGraph(model), folder);
  session.run("load", requireWeights(model, readModelWeights(stored)));
  const { classes } = model.problem;
  const probabilities = new Float32Array(rows.count * classes);
  const atOnce = countEvaluatedAtOnce(planModel(model));
  for (let start = 0; start < rows.count; start += atOnce) {
    const images = rows.read(start, Math.min(atOnce, rows.count - start));
    const fetched = session.run(PREDICT_SIGNATURE, { images });
    probabilities.set(fetched["probabilities"] ?? [], start * classes);
  }
  session.close();
  return probabilities;
}

/** A protocol buffer holds at most 2^31 - 1 bytes; the rest is for the graph around the weights. */
const MOST_CONSTANT_BYTES = 2 ** 31 - 2 ** 24;

/** The signature that TensorFlow's own tools look for. */
export const PREDICT_SIGNATURE = "serving_default";

/**
 * The network of a refitted model in its precision, with two signatures:
 * - `load` (every variable by its name) -> done: first of all
 * - `serving_default` (images float32 [n, height, width, channels] in 0 .. 1) -> logits, probabilities [n, classes]
 */
export function createPredictionGraph(model: RefittedModel): Graph {
  const graph = new Graph();
  const network = createModelNetwork(graph, model);
  const mode = createEvaluation(model.precision, (source) => source);
  addPrediction(graph, model, network, mode);
  const variables = network.variables.map(({ variable }) => variable);
  addStateSignatures(graph, variables);
  return graph;
}

/**
 * The same network in float32 with its weights as constants: nothing is to be loaded, or to stand beside the
 * graph. One signature, `serving_default`.
 * @throws BsweepError INVALID_MODEL when the weights are not those of the network, or too large for a graph
 */
export function createServingGraph(model: RefittedModel, weights: ModelState): Graph {
  const graph = new Graph();
  // The variables are asked for names and shapes only: they stay in a graph of their own.
  const network = createModelNetwork(new Graph(), model);
  requireConstants(model, network);
  const tensors = requireWeights(model, weights, network);
  const read = ({ name, shape }: Variable): GraphTensor =>
    constantTensor(graph, tensors[name] ?? new Float32Array(), shape);
  addPrediction(graph, model, network, { read, training: undefined, precision: "float32" });
  return graph;
}

/**
 * What `load` is fed.
 * @throws BsweepError INVALID_MODEL when the weights are not those of the network
 */
export function requireWeights(
  model: RefittedModel,
  weights: ModelState,
  network: Network = createModelNetwork(new Graph(), model),
): Readonly<Record<string, Float32Array>> {
  const variables = network.variables.map(({ variable }) => variable);
  return requireTensors(weights, variables, `the weights of ${model.name} have`);
}

function createModelNetwork(graph: Graph, model: RefittedModel): Network {
  const { height, width, channels } = model.problem;
  const context = { graph, nextRandomUse: () => 0, initializer: model.params.initializer };
  return createNetwork(context, planModel(model).layers, [height, width, channels]);
}

function addPrediction(
  graph: Graph,
  { problem: { height, width, channels } }: RefittedModel,
  network: Network,
  mode: ForwardMode,
): void {
  const images = placeholder(graph, "images", "float32", [-1, height, width, channels]);
  const logits = network.forward(images, mode);
  graph.signatures.set(PREDICT_SIGNATURE, {
    inputs: { images },
    outputs: { logits, probabilities: softmax(logits) },
  });
}

function requireConstants({ name }: RefittedModel, { variables }: Network): void {
  const bytes = variables.reduce((sum, { variable }) => sum + 4 * countElements(variable.shape), 0);
  if (bytes <= MOST_CONSTANT_BYTES) return;
  const message = `the weights of ${name} take ${bytes} bytes, more than a TensorFlow graph holds (${MOST_CONSTANT_BYTES})`;
  const hint = "export it with --format safetensors or tfjs";
  throw new BsweepError("INVALID_MODEL", message, { hint });
}
