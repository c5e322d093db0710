import { firstOutput, type GraphTensor, haveSameShape, requireShape } from "../graph.ts";
import { constant } from "./constant.ts";
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

/**
 * As `crossEntropy`, against labels of which a share `smoothing` is spread evenly over all classes (Szegedy et
 * al., CVPR 2016, section 7).
 */
export function smoothedCrossEntropy(
  logits: GraphTensor,
  labels: GraphTensor,
  smoothing: number,
): GraphTensor {
  const { graph } = logits.node;
  const classes = logits.shape[1] ?? 1;
  const targets = graph.addTensor({
    op: "OneHot",
    inputs: [
      labels,
      constant(graph, classes, "int32"),
      constant(graph, 1 - smoothing + smoothing / classes),
      constant(graph, smoothing / classes),
    ],
    attributes: { T: { type: "float32" }, TI: { type: labels.dtype }, axis: { int: -1 } },
    dtype: "float32",
    shape: [labels.shape[0] ?? -1, classes],
  });
  requireShape(haveSameShape(logits, targets), "cross-entropy", logits, targets);
  const node = graph.add({
    op: "SoftmaxCrossEntropyWithLogits",
    inputs: [logits, targets],
    attributes: { T: { type: logits.dtype } },
    outputs: [
      { dtype: logits.dtype, shape: labels.shape },
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

/** Probabilities of each row of [batch, classes]. No gradient rule: losses take the logits. */
export function softmax(logits: GraphTensor): GraphTensor {
  return logits.node.graph.addTensor({
    op: "Softmax",
    inputs: [logits],
    attributes: { T: { type: logits.dtype } },
    dtype: logits.dtype,
    shape: logits.shape,
  });
}
