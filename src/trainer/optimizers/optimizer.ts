import type { CnnParameters } from "../../cnn/parameters.ts";
import type { GraphNode, GraphTensor, NodeSpec } from "../graph/graph.ts";
import type { Variable } from "../graph/operations/variable.ts";

/** A variable of the optimizer's own, zero at the start. */
export type MakeSlot = (name: string, like: { readonly shape: readonly number[] }) => Variable;

/** An update rule. */
export interface Optimizer {
  /**
   * Adds the nodes that change one variable.
   * @returns the node after which the variable has its new value
   */
  readonly update: (target: UpdateTarget, gradient: GraphTensor, rates: StepRates) => GraphNode;
}

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

/** Makes an optimizer for the parameters; `makeSlot` gives it the variables it needs. */
export type OptimizerFactory = (params: CnnParameters, makeSlot: MakeSlot) => Optimizer;

/** TensorFlow's own update of a float32 variable. */
export function applyUpdate(
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
