import { type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { constantTensor } from "./constant.ts";

/** The sizes at run time, an int32 vector. */
export function shapeOf(input: GraphTensor): GraphTensor {
  return input.node.graph.addTensor({
    op: "Shape",
    inputs: [input],
    attributes: { T: { type: input.dtype }, out_type: { type: "int32" } },
    dtype: "int32",
    shape: [input.shape.length],
  });
}

/** The number of elements at run time, an int32 scalar. */
export function sizeOf(input: GraphTensor): GraphTensor {
  return input.node.graph.addTensor({
    op: "Size",
    inputs: [input],
    attributes: { T: { type: input.dtype }, out_type: { type: "int32" } },
    dtype: "int32",
    shape: [],
  });
}

/** The same elements in another shape; one size may be -1. */
export function reshape(input: GraphTensor, shape: Shape): GraphTensor {
  const { graph } = input.node;
  const known = !shape.includes(-1) && !input.shape.includes(-1);
  requireShape(!known || product(shape) === product(input.shape), "Reshape", input);
  return graph.addTensor({
    op: "Reshape",
    inputs: [input, constantTensor(graph, Int32Array.from(shape), [shape.length])],
    attributes: { T: { type: input.dtype }, Tshape: { type: "int32" } },
    dtype: input.dtype,
    shape,
    gradient: (gradient) => [reshape(gradient, input.shape), undefined],
  });
}

function product(shape: Shape): number {
  return shape.reduce((total, size) => total * size, 1);
}
