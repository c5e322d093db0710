import type { Precision } from "../../core/study.ts";
import type { CnnParameters } from "../../cnn/parameters.ts";
import type { Graph, GraphNode, GraphTensor, Shape } from "../graph/graph.ts";
import type { ChooseFilterGradient } from "../graph/operations/convolution.ts";
import { constant, integers } from "../graph/operations/tensors.ts";
import { randomBetween, randomTruncatedNormal } from "../graph/operations/random.ts";
import { readVariable, type Variable, variable } from "../graph/operations/variable.ts";

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
  /** Asked for once per pass and convolution, in their order. */
  readonly filterGradient: ChooseFilterGradient;
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
  readonly initializer: CnnParameters["initializer"];
}

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

  constructor(
    precision: Precision,
    seed: GraphTensor,
    filterGradient: ChooseFilterGradient = () => "direct",
  ) {
    let uses = 0;
    this.precision = precision;
    this.training = {
      seed,
      nextRandomUse: () => uses++,
      alsoRun: (node) => void this.alsoRun.push(node),
      filterGradient,
    };
  }

  readonly read = (source: Variable): GraphTensor => {
    const value = this.reads.get(source) ?? readVariable(source);
    this.reads.set(source, value);
    return value;
  };
}

/** Deviation of the standard normal distribution cut off at two deviations: what a truncated draw loses. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Variance of a weight, times its fan. */
const SCALE = { glorot: 1, he: 2 } as const;

/**
 * Weights with mean 0 and variance 2 / (fanIn + fanOut) (Glorot & Bengio, AISTATS 2010, eq. 16) or 2 / fanIn
 * (He et al., ICCV 2015, eq. 10), uniform or truncated normal, as Keras has them.
 * @param fanIn inputs of one output; @param fanOut outputs one input reaches
 */
export function kernel(
  { graph, nextRandomUse, initializer }: LayerContext,
  name: string,
  shape: Shape,
  [fanIn, fanOut]: readonly [fanIn: number, fanOut: number],
): LayerVariable {
  const use = nextRandomUse();
  const variance = initializer.startsWith("he")
    ? SCALE.he / fanIn
    : SCALE.glorot / ((fanIn + fanOut) / 2);
  const draw = initializer.endsWith("uniform")
    ? (seed: GraphTensor) => randomBetween(seed, use, shape, Math.sqrt(3 * variance))
    : (seed: GraphTensor) =>
        randomTruncatedNormal(seed, use, shape, Math.sqrt(variance) / TRUNCATED_DEVIATION);
  return { variable: variable(graph, name, "float32", shape), role: "kernel", initialise: draw };
}

/** A vector that starts at one value throughout. */
export function vector(
  { graph }: LayerContext,
  name: string,
  size: number,
  role: LayerVariable["role"],
  value: 0 | 1,
): LayerVariable {
  return {
    variable: variable(graph, name, "float32", [size]),
    role,
    initialise: () => filled(graph, [size], value),
  };
}

/** A tensor of one value, made by TensorFlow, so that the graph's file stays small. */
export function filled(graph: LayerContext["graph"], shape: Shape, value: number): GraphTensor {
  return graph.addTensor({
    op: "Fill",
    inputs: [integers(graph, shape), constant(graph, value)],
    attributes: { T: { type: "float32" }, index_type: { type: "int32" } },
    dtype: "float32",
    shape,
  });
}
