import { constant } from "../graph/operations/constant.ts";
import { applyUpdate, type OptimizerFactory } from "./optimizer.ts";

/**
 * w -= lr g; with momentum: a = momentum a + g; w -= lr a (Polyak, 1964, in TensorFlow's form);
 * Nesterov's form (1983): w -= lr (g + momentum a).
 */
export const sgd: OptimizerFactory = ({ momentum, nesterov }, makeSlot) => ({
  update: ({ variable: target }, gradient, { learningRate }) => {
    if (momentum === 0)
      return applyUpdate("ResourceApplyGradientDescent", target, [learningRate, gradient]);
    const accumulator = makeSlot(`${target.name}/sgd-momentum`, target);
    const share = constant(gradient.node.graph, momentum);
    const inputs = [accumulator.handle, learningRate, gradient, share];
    const attributes = { use_nesterov: { bool: nesterov } };
    return applyUpdate("ResourceApplyMomentum", target, inputs, { attributes });
  },
});
