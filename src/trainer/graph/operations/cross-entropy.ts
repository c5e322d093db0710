import { firstOutput, type GraphTensor, requireShape } from "../graph.ts";
import { reshape } from "./shape.ts";

/**
 * Softmax cross-entropy of each example, [batch], in nats.
 * @param logits [batch, classes]
 * @param labels [batch], int32 classes
 */
export function crossEntropy(logits: GraphTensor, labels: GraphTensor): GraphTensor {
  requireShape(
    logits.shape.length === 2 && labels.shape.length === 1 && logits.shape[0] === labels.shape[0],
    "cross-entropy",
    logits,
    labels,
  );
  const { graph } = logits.node;
  const node = graph.add({
    op: "SparseSoftmaxCrossEntropyWithLogits",
    inputs: [logits, labels],
    attributes: { T: { type: logits.dtype }, Tlabels: { type: labels.dtype } },
    outputs: [
      { dtype: logits.dtype, shape: labels.shape },
      // softmax(logits) - onehot(labels): the operation computes its own gradient on the way.
      { dtype: logits.dtype, shape: logits.shape },
    ],
    gradient: (gradient) => [scaleRows(node.outputs[1], gradient), undefined],
  });
  return firstOutput(node);
}

/** Multiplies row i of [rows, columns] by element i of [rows]. */
function scaleRows(matrix: GraphTensor | undefined, factors: GraphTensor): GraphTensor | undefined {
  return matrix?.node.graph.addTensor({
    op: "Mul",
    inputs: [matrix, reshape(factors, [-1, 1])],
    attributes: { T: { type: matrix.dtype } },
    dtype: matrix.dtype,
    shape: matrix.shape,
  });
}
