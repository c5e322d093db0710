import type { CnnParameters } from "../cnn/parameters.ts";
import type { GraphNode, GraphTensor, NodeSpec } from "./graph/graph.ts";
import { constant, elementwise } from "./graph/operations/tensors.ts";
import { readVariable, subtractFromVariable, type Variable } from "./graph/operations/variable.ts";

/** A variable of the optimizer's own, zero at the start. */
export type MakeSlot = (name: string, like: { readonly shape: readonly number[] }) => Variable;

interface UpdateTarget {
  readonly variable: Variable;
  /** Whether weight decay is for it: for kernels, not for offsets and scales. */
  readonly decays: boolean;
}

export interface StepRates {
  /** float32 scalar, fed at every step. */
  readonly learningRate: GraphTensor;
  /** float32 scalar, 1 at the first update. */
  readonly step: GraphTensor;
}

/**
 * An update rule: adds the nodes that change one variable.
 * @returns the node after which the variable has its new value
 */
export type Optimizer = (
  target: UpdateTarget,
  gradient: GraphTensor,
  rates: StepRates,
) => GraphNode;

/** Makes an optimizer for the parameters; `makeSlot` gives it the variables it needs. */
type OptimizerFactory = (params: CnnParameters, makeSlot: MakeSlot) => Optimizer;

/** In Adam and RMSProp: keeps what is divided by from 0. */
const EPSILON = 1e-7;
const ADAM_BETAS = [0.9, 0.999] as const;
const RMSPROP_DECAY = 0.9;

/**
 * w -= lr g; with momentum: a = momentum a + g; w -= lr a (Polyak, 1964, in TensorFlow's form);
 * Nesterov's form (1983): w -= lr (g + momentum a).
 */
const sgd: OptimizerFactory =
  ({ momentum, nesterov }, makeSlot) =>
  ({ variable: target }, gradient, { learningRate }) => {
    if (momentum === 0)
      return applyUpdate("ResourceApplyGradientDescent", target, [learningRate, gradient]);
    const accumulator = makeSlot(`${target.name}/sgd-momentum`, target);
    const share = constant(gradient.node.graph, momentum);
    const inputs = [accumulator.handle, learningRate, gradient, share];
    const attributes = { use_nesterov: { bool: nesterov } };
    return applyUpdate("ResourceApplyMomentum", target, inputs, { attributes });
  };

/** s = 0.9 s + 0.1 g^2; w -= lr g / sqrt(s + eps) (Tieleman & Hinton, Coursera lecture 6.5, 2012). */
const rmsprop: OptimizerFactory =
  (_params, makeSlot) =>
  ({ variable: target }, gradient, { learningRate }) => {
    const { graph } = gradient.node;
    const meanSquare = makeSlot(`${target.name}/rmsprop-s`, target);
    const unused = makeSlot(`${target.name}/rmsprop-momentum`, target);
    const [decay, momentum] = [constant(graph, RMSPROP_DECAY), constant(graph, 0)];
    const rates = [learningRate, decay, momentum, constant(graph, EPSILON)];
    const inputs = [meanSquare.handle, unused.handle, ...rates, gradient];
    return applyUpdate("ResourceApplyRMSProp", target, inputs);
  };

/**
 * Adam in the epsilon-hat form that Kingma & Ba (ICLR 2015) give before section 2.1, as TensorFlow and
 * Keras have it:
 * m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= lr sqrt(1-b2^t) / (1-b1^t) m / (sqrt(v) + eps).
 * Decoupled weight decay (Loshchilov & Hutter, ICLR 2019, algorithm 2, in the form of PyTorch and Keras) goes
 * before it: w -= lr weightDecay w. Kernels decay, offsets and scales do not.
 */
const adamw: OptimizerFactory =
  ({ weightDecay }, makeSlot) =>
  ({ variable: target, decays }, gradient, { learningRate, step }) => {
    const { graph } = gradient.node;
    const after: GraphNode[] = [];
    if (decays && weightDecay > 0) {
      const share = elementwise("Mul", learningRate, weightDecay);
      const decay = elementwise("Mul", readVariable(target), share);
      // Not before the forward pass has read the weights.
      after.push(subtractFromVariable(target, decay, [gradient.node]));
    }
    const momentum = makeSlot(`${target.name}/adam-m`, target);
    const variance = makeSlot(`${target.name}/adam-v`, target);
    const betas = ADAM_BETAS.map((beta) => constant(graph, beta));
    const powers = betas.map((beta) => elementwise("Pow", beta, step));
    const rates = [...powers, learningRate, ...betas, constant(graph, EPSILON)];
    const inputs = [momentum.handle, variance.handle, ...rates, gradient];
    const attributes = { use_nesterov: { bool: false } };
    return applyUpdate("ResourceApplyAdam", target, inputs, { attributes, after });
  };

const adam: OptimizerFactory = (params, makeSlot) => adamw({ ...params, weightDecay: 0 }, makeSlot);

/** Every optimizer by its name in a study file. */
export const OPTIMIZERS: Readonly<Record<CnnParameters["optimizer"], OptimizerFactory>> = {
  ...{ adam, adamw, sgd, rmsprop },
};

/** TensorFlow's own update of a float32 variable. */
function applyUpdate(
  op: string,
  { handle }: Variable,
  inputs: readonly GraphTensor[],
  { attributes, ...spec }: Pick<NodeSpec, "attributes" | "after"> = {},
): GraphNode {
  return handle.node.graph.add({
    op,
    inputs: [handle, ...inputs],
    attributes: { T: { type: "float32" }, use_locking: { bool: false }, ...attributes },
    outputs: [],
    ...spec,
  });
}
