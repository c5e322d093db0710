import { constant } from "../graph/operations/constant.ts";
import type { OptimizerFactory } from "./optimizer.ts";

const DECAY = 0.9;
const EPSILON = 1e-7;

/** s = 0.9 s + 0.1 g^2; w -= lr g / sqrt(s + eps) (Tieleman & Hinton, Coursera lecture 6.5, 2012). */
export const rmsprop: OptimizerFactory = (_params, makeSlot) => ({
  update: ({ variable: target }, gradient, { learningRate }) => {
    const { graph } = gradient.node;
    const meanSquare = makeSlot(`${target.name}/rmsprop-s`, target);
    const unused = makeSlot(`${target.name}/rmsprop-momentum`, target);
    return graph.add({
      op: "ResourceApplyRMSProp",
      inputs: [
        target.handle,
        meanSquare.handle,
        unused.handle,
        learningRate,
        constant(graph, DECAY),
        constant(graph, 0),
        constant(graph, EPSILON),
        gradient,
      ],
      attributes: { T: { type: "float32" }, use_locking: { bool: false } },
      outputs: [],
    });
  },
});
