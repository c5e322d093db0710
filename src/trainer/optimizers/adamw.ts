import { elementwise } from "../graph/operations/arithmetic.ts";
import { constant } from "../graph/operations/constant.ts";
import { readVariable, subtractFromVariable } from "../graph/operations/variable.ts";
import { applyAdam } from "./adam.ts";
import type { OptimizerFactory } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, ICLR 2019, algorithm 2, in the form of PyTorch and
 * Keras): w -= lr weightDecay w, then Adam's update. Kernels decay, offsets and scales do not.
 */
export const adamw: OptimizerFactory = ({ weightDecay }, makeSlot) => ({
  update: ({ variable, decays }, gradient, rates) => {
    if (!decays || weightDecay === 0) return applyAdam(variable, gradient, rates, makeSlot);
    const { graph } = gradient.node;
    const share = elementwise("Mul", rates.learningRate, constant(graph, weightDecay));
    const decayed = subtractFromVariable(
      variable,
      elementwise("Mul", readVariable(variable), share),
      // Not before the forward pass has read the weights.
      [gradient.node],
    );
    return applyAdam(variable, gradient, rates, makeSlot, [decayed]);
  },
});
