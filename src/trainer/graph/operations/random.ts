import type { GraphTensor, Shape } from "../graph.ts";
import { cast, elementwise, integers, multiply, shapeOf } from "./tensors.ts";

/**
 * Uniform numbers in [0, 1) as a function of the fed seed and of `use`, a number that no other random
 * operation of the graph has. No generator state lives in the graph.
 * @param seed int32 [2]
 * @param size the shape as a tensor, where only running tells it
 */
export function randomUniform(
  seed: GraphTensor,
  use: number,
  shape: Shape,
  size?: GraphTensor,
): GraphTensor {
  return draw("StatelessRandomUniform", seed, use, shape, size);
}

/**
 * Numbers of the normal distribution with mean 0 and that deviation, those beyond two deviations drawn again.
 * `use` as for `randomUniform`.
 */
export function randomTruncatedNormal(
  seed: GraphTensor,
  use: number,
  shape: Shape,
  deviation: number,
): GraphTensor {
  const draws = draw("StatelessTruncatedNormal", seed, use, shape);
  return elementwise("Mul", draws, deviation);
}

function draw(
  op: string,
  seed: GraphTensor,
  use: number,
  shape: Shape,
  size = integers(seed.node.graph, shape),
): GraphTensor {
  const { graph } = seed.node;
  return graph.addTensor({
    op,
    inputs: [size, elementwise("BitwiseXor", seed, integers(graph, [use, ~use]))],
    attributes: { dtype: { type: "float32" }, T: { type: "int32" }, Tseed: { type: "int32" } },
    dtype: "float32",
    shape,
  });
}

/** Uniform numbers in [-limit, limit). */
export function randomBetween(
  seed: GraphTensor,
  use: number,
  shape: Shape,
  limit: number,
  size?: GraphTensor,
): GraphTensor {
  const draws = randomUniform(seed, use, shape, size);
  return elementwise("Sub", elementwise("Mul", draws, 2 * limit), limit);
}

/** Zeroes a fraction `rate` of the elements and scales the others by 1 / (1 - rate) (Srivastava et al., JMLR 2014). */
export function dropout(
  input: GraphTensor,
  rate: number,
  seed: GraphTensor,
  use: number,
): GraphTensor {
  const draws = randomUniform(seed, use, input.shape, shapeOf(input));
  const kept = cast(elementwise("GreaterEqual", draws, rate), "float32");
  const mask = elementwise("Mul", kept, 1 / (1 - rate));
  return multiply(input, cast(mask, input.dtype));
}
