import { NORMALIZATION_EPSILON } from "../../../cnn/shapes.ts";
import { firstOutput, type GraphTensor, requireShape } from "../graph.ts";
import { constantTensor } from "./tensors.ts";

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta for each channel, with a mean and a variance that are given:
 * evaluation.
 * @param input [batch, height, width, channels], any float; the others are float32 [channels]. No gradient rule.
 */
export function normalizeWith(
  input: GraphTensor,
  gamma: GraphTensor,
  beta: GraphTensor,
  mean: GraphTensor,
  variance: GraphTensor,
): GraphTensor {
  return firstOutput(addFused(input, [gamma, beta, mean, variance], false));
}

/**
 * The same with the batch's own mean and variance (Ioffe & Szegedy, ICML 2015, algorithm 1): training.
 * @returns also both of each channel over the batch, float32; the variance is the unbiased one
 */
export function normalizeBatch(input: GraphTensor, gamma: GraphTensor, beta: GraphTensor) {
  const { graph } = input.node;
  const none = constantTensor(graph, new Float32Array(), [0]);
  const node = addFused(input, [gamma, beta, none, none], true, (gradient) =>
    graph
      .add({
        op: "FusedBatchNormGradV3",
        inputs: [gradient, input, gamma, ...node.outputs.slice(3)],
        attributes: attributesOf(input, true),
        outputs: [
          { dtype: input.dtype, shape: input.shape },
          { dtype: "float32", shape: gamma.shape },
          { dtype: "float32", shape: beta.shape },
          { dtype: "float32", shape: [0] },
          { dtype: "float32", shape: [0] },
        ],
      })
      .outputs.slice(0, 3),
  );
  const [output, mean, variance] = node.outputs;
  if (output === undefined || mean === undefined || variance === undefined)
    throw new Error("FusedBatchNormV3 has six outputs");
  return { output, mean, variance };
}

function addFused(
  input: GraphTensor,
  perChannel: readonly [gamma: GraphTensor, ...GraphTensor[]],
  training: boolean,
  gradient?: (gradient: GraphTensor) => readonly GraphTensor[],
) {
  const channels = { dtype: "float32", shape: perChannel[0].shape } as const;
  const fits = input.shape.length === 4 && input.shape[3] === channels.shape[0];
  requireShape(fits, "FusedBatchNormV3", input);
  return input.node.graph.add({
    op: "FusedBatchNormV3",
    inputs: [input, ...perChannel],
    attributes: attributesOf(input, training),
    outputs: [
      { dtype: input.dtype, shape: input.shape },
      ...Array.from({ length: 4 }, () => channels),
      { dtype: "float32", shape: [-1] },
    ],
    ...(gradient === undefined ? {} : { gradient }),
  });
}

function attributesOf(input: GraphTensor, training: boolean) {
  return {
    T: { type: input.dtype },
    U: { type: "float32" },
    epsilon: { float: NORMALIZATION_EPSILON },
    data_format: { string: "NHWC" },
    is_training: { bool: training },
  } as const;
}
