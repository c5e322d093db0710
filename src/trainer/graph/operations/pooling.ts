import { POOL_SIZE } from "../../../cnn/shapes.ts";
import { type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { shapeOf } from "./shape.ts";

const ATTRIBUTES = {
  ksize: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  strides: { ints: [1, POOL_SIZE, POOL_SIZE, 1] },
  padding: { string: "VALID" },
  data_format: { string: "NHWC" },
} as const;

/** The largest of each 2 x 2 window of [batch, height, width, channels]; an odd last row or column is left out. */
export function maxPool(input: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const attributes = { T: { type: input.dtype }, ...ATTRIBUTES };
  const output: GraphTensor = graph.addTensor({
    op: "MaxPool",
    inputs: [input],
    attributes,
    dtype: input.dtype,
    shape: pooledShape(input),
    gradient: (gradient) => [
      graph.addTensor({
        op: "MaxPoolGrad",
        inputs: [input, output, gradient],
        attributes,
        dtype: input.dtype,
        shape: input.shape,
      }),
    ],
  });
  return output;
}

/** The mean of each 2 x 2 window, otherwise as `maxPool`. */
export function averagePool(input: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const attributes = { T: { type: input.dtype }, ...ATTRIBUTES };
  return graph.addTensor({
    op: "AvgPool",
    inputs: [input],
    attributes,
    dtype: input.dtype,
    shape: pooledShape(input),
    gradient: (gradient) => [
      graph.addTensor({
        op: "AvgPoolGrad",
        inputs: [shapeOf(input), gradient],
        attributes,
        dtype: input.dtype,
        shape: input.shape,
      }),
    ],
  });
}

function pooledShape(input: GraphTensor): Shape {
  const [batch = -1, height = 0, width = 0, channels = 0] = input.shape;
  requireShape(
    input.shape.length === 4 && height >= POOL_SIZE && width >= POOL_SIZE,
    "pooling",
    input,
  );
  return [batch, Math.floor(height / POOL_SIZE), Math.floor(width / POOL_SIZE), channels];
}
