import { BsweepError } from "../core/errors.ts";
import { planModel, type RefittedModel } from "../core/refitted-model.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { countElements, Graph, type GraphTensor } from "./graph/graph.ts";
import type { FloatType } from "./graph/data-type.ts";
import { constantTensor, placeholder } from "./graph/operations/constant.ts";
import { softmax } from "./graph/operations/cross-entropy.ts";
import type { Variable } from "./graph/operations/variable.ts";
import { createNetwork } from "./layers/network.ts";

/** A protocol buffer holds at most 2^31 - 1 bytes; the rest is for the graph around the weights. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

/** The signature that TensorFlow's own tools look for. */
export const PREDICT_SIGNATURE = "serving_default";

/**
 * The network of a refitted model, its weights written into the graph as constants: nothing is to be loaded
 * beside it. One signature, `serving_default` (images float32 [n, height, width, channels] in 0 .. 1) ->
 * logits, probabilities [n, classes].
 * @throws BsweepError INVALID_MODEL when the weights are not those of the network, or too many
 */
export function createPredictionGraph(
  model: RefittedModel,
  weights: ReadonlyMap<string, NamedTensor>,
  precision: FloatType,
): Graph {
  const { params, name } = model;
  const { height, width, channels } = model.problem;
  const graph = new Graph();
  // The variables of the layers are only asked for their names and shapes: they stay in a graph of their own.
  const context = { graph: new Graph(), nextRandomUse: () => 0, initializer: params.initializer };
  const network = createNetwork(context, planModel(model).layers, [height, width, channels]);
  requireSize(name, network.variables);
  const images = placeholder(graph, "images", "float32", [-1, height, width, channels]);
  const read = ({ name: variable, shape }: Variable): GraphTensor => {
    const tensor = weights.get(variable);
    if (tensor?.shape.join() === shape.join()) return constantTensor(graph, tensor.values, shape);
    throw new BsweepError(
      "INVALID_MODEL",
      `the weights of ${name} have no ${variable} [${shape.join(", ")}]`,
    );
  };
  const logits = network.forward(images, { read, training: undefined, precision });
  graph.signatures.set(PREDICT_SIGNATURE, {
    inputs: { images },
    outputs: { logits, probabilities: softmax(logits) },
  });
  return graph;
}

function requireSize(
  name: string,
  variables: readonly { readonly variable: { readonly shape: readonly number[] } }[],
): void {
  const bytes = variables.reduce((sum, { variable }) => sum + 4 * countElements(variable.shape), 0);
  if (bytes <= MOST_WEIGHT_BYTES) return;
  throw new BsweepError(
    "INVALID_MODEL",
    `the weights of ${name} take ${bytes} bytes, more than a TensorFlow graph holds (${MOST_WEIGHT_BYTES})`,
    { hint: "export it with --format safetensors or tfjs" },
  );
}
