import type { GraphTensor, Shape } from "../graph/graph.ts";
import { constant, integers } from "../graph/operations/constant.ts";
import { randomBetween, randomTruncatedNormal } from "../graph/operations/random.ts";
import { variable } from "../graph/operations/variable.ts";
import type { InitializerName, LayerContext, LayerVariable } from "./layer.ts";

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
  const variance = varianceOf(initializer, fanIn, fanOut);
  const draw = initializer.endsWith("uniform")
    ? (seed: GraphTensor) => randomBetween(seed, use, shape, Math.sqrt(3 * variance))
    : (seed: GraphTensor) =>
        randomTruncatedNormal(seed, use, shape, Math.sqrt(variance) / TRUNCATED_DEVIATION);
  return { variable: variable(graph, name, "float32", shape), role: "kernel", initialise: draw };
}

function varianceOf(initializer: InitializerName, fanIn: number, fanOut: number): number {
  return initializer.startsWith("he") ? SCALE.he / fanIn : SCALE.glorot / ((fanIn + fanOut) / 2);
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
