import { type GraphTensor, requireShape } from "../graph.ts";

/** Adds `bias` [channels] along the last axis of `input`. */
export function biasAdd(input: GraphTensor, bias: GraphTensor): GraphTensor {
  requireShape(
    bias.shape.length === 1 && input.shape.at(-1) === bias.shape[0],
    "BiasAdd",
    input,
    bias,
  );
  const { graph } = input.node;
  const attributes = { T: { type: input.dtype }, data_format: { string: "NHWC" } };
  return graph.addTensor({
    op: "BiasAdd",
    inputs: [input, bias],
    attributes,
    dtype: input.dtype,
    shape: input.shape,
    gradient: (gradient) => [
      gradient,
      graph.addTensor({
        op: "BiasAddGrad",
        inputs: [gradient],
        attributes,
        dtype: bias.dtype,
        shape: bias.shape,
      }),
    ],
  });
}
