import type { Precision } from "../../core/study.ts";
import type { Graph, GraphNode, GraphTensor } from "../graph/graph.ts";
import { readVariable, type Variable } from "../graph/operations/variable.ts";

/** A variable of a layer, with the value that initialisation gives it. */
export interface LayerVariable {
  readonly variable: Variable;
  /** What it is for: penalties and decay take kernels only, the optimizer all but statistics. */
  readonly role: "kernel" | "offset" | "scale" | "statistic";
  /** The initial value as a function of the seed, int32 [2]. */
  readonly initialise: (seed: GraphTensor) => GraphTensor;
}

/** How a forward pass is built: in training, dropout drops and normalization looks at the batch. */
export interface ForwardMode {
  /** The variable's value in this pass. Asked for once per pass and variable. */
  readonly read: (variable: Variable) => GraphTensor;
  /** What training adds; undefined in evaluation. */
  readonly training: TrainingMode | undefined;
  /** Type that convolutions and matrix products compute in. */
  readonly precision: Precision;
}

export interface TrainingMode {
  /** The step's seed, int32 [2]. */
  readonly seed: GraphTensor;
  /** Numbers the random operations of the pass. */
  readonly nextRandomUse: () => number;
  /** Has a node run in every step though no value of it is asked for. */
  readonly alsoRun: (node: GraphNode) => void;
}

/** A layer with its variables made: ready to be put into any number of forward passes. */
export interface Layer {
  readonly variables: readonly LayerVariable[];
  readonly forward: (input: GraphTensor, mode: ForwardMode) => GraphTensor;
}

/** A layer without variables. */
export function stateless(forward: Layer["forward"]): Layer {
  return { variables: [], forward };
}

/** Where layers are made: variables that start at random take the next use each. */
export interface LayerContext {
  readonly graph: Graph;
  readonly nextRandomUse: () => number;
  readonly initializer: InitializerName;
}

export type InitializerName = "glorot-uniform" | "glorot-normal" | "he-uniform" | "he-normal";

/**
 * An evaluation pass.
 * @param resolve which variable stands for one of the network's: its average, say
 */
export function createEvaluation(
  precision: Precision,
  resolve: (variable: Variable) => Variable,
): ForwardMode {
  return { precision, training: undefined, read: (source) => readVariable(resolve(source)) };
}

/** A training pass that keeps what it read and what is to run. Random uses count from 0. */
export class TrainingPass implements ForwardMode {
  readonly precision: Precision;
  readonly training: TrainingMode;
  readonly reads = new Map<Variable, GraphTensor>();
  readonly alsoRun: GraphNode[] = [];

  constructor(precision: Precision, seed: GraphTensor) {
    let uses = 0;
    this.precision = precision;
    this.training = {
      seed,
      nextRandomUse: () => uses++,
      alsoRun: (node) => void this.alsoRun.push(node),
    };
  }

  readonly read = (source: Variable): GraphTensor => {
    const value = this.reads.get(source) ?? readVariable(source);
    this.reads.set(source, value);
    return value;
  };
}
