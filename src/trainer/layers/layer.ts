import type { Graph, GraphTensor, Shape } from "../graph/graph.ts";
import { randomBetween } from "../graph/operations/random.ts";
import { constantTensor } from "../graph/operations/constant.ts";
import { readVariable, type Variable, variable } from "../graph/operations/variable.ts";

/** A variable the optimizer changes, with the value that initialisation gives it. */
export interface TrainableVariable {
  readonly variable: Variable;
  /** The initial value as a function of the seed, int32 [2]. */
  readonly initialise: (seed: GraphTensor) => GraphTensor;
}

/** How a forward pass is built: in training, dropout drops. */
export interface ForwardMode {
  /** The variable's value in this pass. Asked for once per pass and variable. */
  readonly read: (variable: Variable) => GraphTensor;
  /** The step's seed, int32 [2], in training; undefined in evaluation. */
  readonly seed: GraphTensor | undefined;
  /** Numbers the random operations of the pass. */
  readonly nextRandomUse: () => number;
}

/** A layer with its variables made: ready to be put into any number of forward passes. */
export interface Layer {
  readonly variables: readonly TrainableVariable[];
  readonly forward: (input: GraphTensor, mode: ForwardMode) => GraphTensor;
}

/** A layer without variables. */
export function stateless(forward: Layer["forward"]): Layer {
  return { variables: [], forward };
}

/** Where variables get their random numbers from: each takes the next use. */
export interface LayerContext {
  readonly graph: Graph;
  readonly nextRandomUse: () => number;
}

/**
 * Weights from the uniform distribution of Glorot & Bengio (AISTATS 2010), eq. 16, as Keras has by default.
 * @param fanIn inputs of one output; @param fanOut outputs one input reaches
 */
export function glorotUniform(
  { graph, nextRandomUse }: LayerContext,
  name: string,
  shape: Shape,
  fanIn: number,
  fanOut: number,
): TrainableVariable {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const use = nextRandomUse();
  return {
    variable: variable(graph, name, "float32", shape),
    initialise: (seed) => randomBetween(seed, use, shape, limit),
  };
}

/** A bias that starts at zero. */
export function zeros({ graph }: LayerContext, name: string, size: number): TrainableVariable {
  return {
    variable: variable(graph, name, "float32", [size]),
    initialise: () => constantTensor(graph, new Float32Array(size), [size]),
  };
}

/** A pass that reads variables straight, with random uses counted from 0. */
export function createMode(
  seed?: GraphTensor,
): ForwardMode & { readonly reads: ReadonlyMap<Variable, GraphTensor> } {
  const reads = new Map<Variable, GraphTensor>();
  let uses = 0;
  return {
    reads,
    seed,
    nextRandomUse: () => uses++,
    read: (source) => {
      const value = reads.get(source) ?? readVariable(source);
      reads.set(source, value);
      return value;
    },
  };
}
