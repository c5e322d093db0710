import { constant } from "../graph/operations/constant.ts";
import { elementwise } from "../graph/operations/arithmetic.ts";
import type { GraphNode, GraphTensor } from "../graph/graph.ts";
import type { Variable } from "../graph/operations/variable.ts";
import type { MakeSlot, OptimizerFactory, StepRates } from "./optimizer.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

/**
 * Adam in the epsilon-hat form that Kingma & Ba (ICLR 2015) give before section 2.1, as TensorFlow and
 * Keras have it:
 * m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= lr sqrt(1-b2^t) / (1-b1^t) m / (sqrt(v) + eps).
 */
export const adam: OptimizerFactory = (_params, makeSlot) => ({
  update: ({ variable }, gradient, rates) => applyAdam(variable, gradient, rates, makeSlot),
});

/** Adds the update; the nodes in `after` run before it. */
export function applyAdam(
  target: Variable,
  gradient: GraphTensor,
  { learningRate, step }: StepRates,
  makeSlot: MakeSlot,
  after: readonly GraphNode[] = [],
): GraphNode {
  const { graph } = gradient.node;
  const momentum = makeSlot(`${target.name}/adam-m`, target);
  const variance = makeSlot(`${target.name}/adam-v`, target);
  const beta1 = constant(graph, BETA1);
  const beta2 = constant(graph, BETA2);
  return graph.add({
    op: "ResourceApplyAdam",
    inputs: [
      target.handle,
      momentum.handle,
      variance.handle,
      elementwise("Pow", beta1, step),
      elementwise("Pow", beta2, step),
      learningRate,
      beta1,
      beta2,
      constant(graph, EPSILON),
      gradient,
    ],
    attributes: {
      T: { type: "float32" },
      use_locking: { bool: false },
      use_nesterov: { bool: false },
    },
    outputs: [],
    after,
  });
}
