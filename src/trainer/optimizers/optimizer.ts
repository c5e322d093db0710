import type { CnnParameters } from "../../core/cnn-parameters.ts";
import type { GraphNode, GraphTensor } from "../graph/graph.ts";
import type { Variable } from "../graph/operations/variable.ts";

/** A variable of the optimizer's own, zero at the start. */
export type MakeSlot = (name: string, like: { readonly shape: readonly number[] }) => Variable;

/** An update rule. */
export interface Optimizer {
  /**
   * Adds the nodes that change one variable.
   * @param learningRate float32 scalar, fed at every step
   * @param step float32 scalar, 1 at the first update
   */
  readonly update: (target: Variable, gradient: GraphTensor, rates: StepRates) => GraphNode;
}

export interface StepRates {
  readonly learningRate: GraphTensor;
  readonly step: GraphTensor;
}

/** Makes an optimizer for the parameters; `makeSlot` gives it the variables it needs. */
export type OptimizerFactory = (params: CnnParameters, makeSlot: MakeSlot) => Optimizer;
