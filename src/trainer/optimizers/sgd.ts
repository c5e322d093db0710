import { constant } from "../graph/operations/constant.ts";
import type { OptimizerFactory } from "./optimizer.ts";

/**
 * w -= lr g; with momentum: a = momentum a + g; w -= lr a (Polyak, 1964, in TensorFlow's form);
 * Nesterov's form (1983): w -= lr (g + momentum a).
 */
export const sgd: OptimizerFactory = ({ momentum, nesterov }, makeSlot) => ({
  update: ({ variable: target }, gradient, { learningRate }) => {
    const { graph } = gradient.node;
    const attributes = { T: { type: "float32" }, use_locking: { bool: false } } as const;
    if (momentum === 0) {
      const inputs = [target.handle, learningRate, gradient];
      return graph.add({ op: "ResourceApplyGradientDescent", inputs, attributes, outputs: [] });
    }
    const accumulator = makeSlot(`${target.name}/sgd-momentum`, target);
    return graph.add({
      op: "ResourceApplyMomentum",
      inputs: [
        target.handle,
        accumulator.handle,
        learningRate,
        gradient,
        constant(graph, momentum),
      ],
      attributes: { ...attributes, use_nesterov: { bool: nesterov } },
      outputs: [],
    });
  },
});
