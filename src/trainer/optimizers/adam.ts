import type { GraphNode, GraphTensor } from "../graph/graph.ts";
import { elementwise } from "../graph/operations/arithmetic.ts";
import { constant } from "../graph/operations/constant.ts";
import { readVariable, subtractFromVariable, type Variable } from "../graph/operations/variable.ts";
import { applyUpdate, type MakeSlot, type OptimizerFactory, type StepRates } from "./optimizer.ts";

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

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, ICLR 2019, algorithm 2, in the form of PyTorch and
 * Keras): w -= lr weightDecay w, then Adam's update. Kernels decay, offsets and scales do not.
 */
export const adamw: OptimizerFactory = ({ weightDecay }, makeSlot) => ({
  update: ({ variable, decays }, gradient, rates) => {
    if (!decays || weightDecay === 0) return applyAdam(variable, gradient, rates, makeSlot);
    const { graph } = gradient.node;
    const share = elementwise("Mul", rates.learningRate, constant(graph, weightDecay));
    const decay = elementwise("Mul", readVariable(variable), share);
    // Not before the forward pass has read the weights.
    const decayed = subtractFromVariable(variable, decay, [gradient.node]);
    return applyAdam(variable, gradient, rates, makeSlot, [decayed]);
  },
});

/** Adds the update; the nodes in `after` run before it. */
function applyAdam(
  target: Variable,
  gradient: GraphTensor,
  { learningRate, step }: StepRates,
  makeSlot: MakeSlot,
  after: readonly GraphNode[] = [],
): GraphNode {
  const { graph } = gradient.node;
  const momentum = makeSlot(`${target.name}/adam-m`, target);
  const variance = makeSlot(`${target.name}/adam-v`, target);
  const betas = [constant(graph, BETA1), constant(graph, BETA2)];
  const powers = betas.map((beta) => elementwise("Pow", beta, step));
  const rates = [...powers, learningRate, ...betas, constant(graph, EPSILON)];
  const inputs = [momentum.handle, variance.handle, ...rates, gradient];
  const attributes = { use_nesterov: { bool: false } };
  return applyUpdate("ResourceApplyAdam", target, inputs, { attributes, after });
}
