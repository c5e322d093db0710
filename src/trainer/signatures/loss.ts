import type { GraphTensor } from "../graph/graph.ts";
import {
  addTensors,
  divide,
  halfSumOfSquares,
  multiply,
  sumAll,
} from "../graph/operations/arithmetic.ts";
import { constant } from "../graph/operations/constant.ts";
import { crossEntropy, smoothedCrossEntropy } from "../graph/operations/cross-entropy.ts";
import { gatherRows } from "../graph/operations/variable.ts";
import type { TrainingPass } from "../layers/layer.ts";
import type { TrainingGraph } from "./parts.ts";

export interface TrainingBatch {
  /** [batch, classes] */
  readonly logits: GraphTensor;
  /** int32 [batch] */
  readonly labels: GraphTensor;
  /** The batch's size, a float32 scalar: a partial batch divides by its own. */
  readonly examples: GraphTensor;
}

/** What a step minimizes, a scalar: cross-entropy, each example by its class's weight, plus the l2 penalty. */
export function trainingLoss(
  { params, network, classWeights }: TrainingGraph,
  pass: TrainingPass,
  { logits, labels, examples }: TrainingBatch,
): GraphTensor {
  const { labelSmoothing, l2 } = params;
  const each =
    labelSmoothing > 0
      ? smoothedCrossEntropy(logits, labels, labelSmoothing)
      : crossEntropy(logits, labels);
  const weighted =
    params.classWeights === "none" ? each : multiply(each, gatherRows(classWeights, labels));
  const loss = divide(sumAll(weighted), examples);
  if (l2 === 0) return loss;
  const penalties = network.variables
    .filter(({ role }) => role === "kernel")
    .map(({ variable }) => halfSumOfSquares(pass.read(variable)));
  const penalty = multiply(penalties.reduce(addTensors), constant(loss.node.graph, 2 * l2));
  return addTensors(loss, penalty);
}
