import { BsweepError } from "../core/errors.ts";
import { planModel } from "../cnn/shapes.ts";
import type { RefittedModel } from "../formats/model-file.ts";
import { countElements, Graph, type GraphTensor } from "./graph/graph.ts";
import { constantTensor, placeholder } from "./graph/operations/constant.ts";
import { softmax } from "./graph/operations/cross-entropy.ts";
import type { Variable } from "./graph/operations/variable.ts";
import { createEvaluation, type ForwardMode } from "./layers/layer.ts";
import { createNetwork, type Network } from "./layers/network.ts";
import { type ModelState, requireTensors } from "./model.ts";
import { addStateSignatures } from "./training-graph.ts";

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
