import {
  addLike,
  type Attribute,
  firstOutput,
  type GraphTensor,
  haveSameShape,
  requireShape,
} from "../graph.ts";
import { constant, reshape } from "./tensors.ts";

/**
 * Softmax cross-entropy of each example, [batch], in nats.
 * @param logits [batch, classes]
 * @param labels [batch], int32 classes
 */
export function crossEntropy(logits: GraphTensor, labels: GraphTensor): GraphTensor {
  const { length } = logits.shape;
  const fits = length === 2 && labels.shape.length === 1 && logits.shape[0] === labels.shape[0];
  requireShape(fits, "cross-entropy", logits, labels);
  return addLoss("SparseSoftmaxCrossEntropyWithLogits", logits, labels, {
    Tlabels: { type: labels.dtype },
  });
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
  return addLoss("SoftmaxCrossEntropyWithLogits", logits, targets);
}

function addLoss(
  op: string,
  logits: GraphTensor,
  targets: GraphTensor,
  attributes: Readonly<Record<string, Attribute>> = {},
): GraphTensor {
  const { dtype, shape } = logits;
  const node = logits.node.graph.add({
    op,
    inputs: [logits, targets],
    attributes: { T: { type: dtype }, ...attributes },
    // The second is softmax(logits) - onehot(labels): the operation computes its own gradient on the way.
    outputs: [
      { dtype, shape: shape.slice(0, 1) },
      { dtype, shape },
    ],
    gradient: (gradient) => [scaleRows(node.outputs[1], gradient), undefined],
  });
  return firstOutput(node);
}

/** Multiplies row i of [rows, columns] by element i of [rows]. */
function scaleRows(matrix: GraphTensor | undefined, factors: GraphTensor): GraphTensor | undefined {
  return matrix && addLike(matrix, "Mul", [matrix, reshape(factors, [-1, 1])]);
}

/** Probabilities of each row of [batch, classes]. No gradient rule: losses take the logits. */
export function softmax(logits: GraphTensor): GraphTensor {
  return addLike(logits, "Softmax", [logits]);
}
