import { constant } from "../graph/operations/constant.ts";
import { applyUpdate, type OptimizerFactory } from "./optimizer.ts";

const DECAY = 0.9;
const EPSILON = 1e-7;

/** s = 0.9 s + 0.1 g^2; w -= lr g / sqrt(s + eps) (Tieleman & Hinton, Coursera lecture 6.5, 2012). */
export const rmsprop: OptimizerFactory = (_params, makeSlot) => ({
  update: ({ variable: target }, gradient, { learningRate }) => {
    const { graph } = gradient.node;
    const meanSquare = makeSlot(`${target.name}/rmsprop-s`, target);
    const unused = makeSlot(`${target.name}/rmsprop-momentum`, target);
    const [decay, momentum] = [constant(graph, DECAY), constant(graph, 0)];
    const rates = [learningRate, decay, momentum, constant(graph, EPSILON)];
    const inputs = [meanSquare.handle, unused.handle, ...rates, gradient];
    return applyUpdate("ResourceApplyRMSProp", target, inputs);
  },
});
