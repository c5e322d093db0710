import { POOL_SIZE } from "../../../cnn/shapes.ts";
import { addLike, type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { shapeOf } from "./tensors.ts";

const ATTRIBUTES = {
  ksize: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  strides: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  padding: { string: "VALID" },
  data_format: { string: "NHWC" },
} as const;

/** The largest of each 2 x 2 window of [batch, height, width, channels]; an odd last row or column is left out. */
export function maxPool(input: GraphTensor): GraphTensor {
  return pool(input, "MaxPool", (output) => [input, output]);
}

/** The mean of each 2 x 2 window, otherwise as `maxPool`. */
export function averagePool(input: GraphTensor): GraphTensor {
  return pool(input, "AvgPool", () => [shapeOf(input)]);
}

/** @param remembered what the gradient's operation takes before the gradient */
function pool(
  input: GraphTensor,
  op: "MaxPool" | "AvgPool",
  remembered: (output: GraphTensor) => readonly GraphTensor[],
): GraphTensor {
  const output: GraphTensor = addLike(input, op, [input], {
    attributes: ATTRIBUTES,
    shape: pooledShape(input),
    gradient: (gradient) => [
      addLike(input, `${op}Grad`, [...remembered(output), gradient], { attributes: ATTRIBUTES }),
    ],
  });
  return output;
}

function pooledShape(input: GraphTensor): Shape {
  const [batch = -1, height = 0, width = 0, channels = 0] = input.shape;
  const fits = input.shape.length === 4 && height >= POOL_SIZE && width >= POOL_SIZE;
  requireShape(fits, "pooling", input);
  return [batch, Math.floor(height / POOL_SIZE), Math.floor(width / POOL_SIZE), channels];
}
