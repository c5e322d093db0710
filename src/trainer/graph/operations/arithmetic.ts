import { type GraphTensor, haveSameShape, requireShape } from "../graph.ts";
import type { DataType } from "../data-type.ts";
import { constant, constantTensor } from "./constant.ts";
import { shapeOf } from "./shape.ts";

/** Converts the elements; a bool becomes 0 or 1. A gradient is converted back. */
export function cast(input: GraphTensor, dtype: DataType): GraphTensor {
  if (input.dtype === dtype) return input;
  return input.node.graph.addTensor({
    op: "Cast",
    inputs: [input],
    attributes: { SrcT: { type: input.dtype }, DstT: { type: dtype } },
    dtype,
    shape: input.shape,
    gradient: (gradient) => [cast(gradient, input.dtype)],
  });
}

/** a + b for two tensors of one shape: also how gradients from two paths meet. */
export function addTensors(a: GraphTensor, b: GraphTensor): GraphTensor {
  requireShape(haveSameShape(a, b), "AddV2", a, b);
  return a.node.graph.addTensor({
    op: "AddV2",
    inputs: [a, b],
    attributes: { T: { type: a.dtype } },
    dtype: a.dtype,
    shape: a.shape,
    gradient: (gradient) => [gradient, gradient],
  });
}

/** Half the sum of the squared elements, a scalar. */
export function halfSumOfSquares(input: GraphTensor): GraphTensor {
  return input.node.graph.addTensor({
    op: "L2Loss",
    inputs: [input],
    attributes: { T: { type: input.dtype } },
    dtype: input.dtype,
    shape: [],
    gradient: (gradient) => [elementwise("Mul", input, gradient)],
  });
}

/**
 * Element by element, one operand perhaps a scalar. No gradient rule: `multiply` is the
 * operation for factors in the forward pass.
 */
export function elementwise(
  op:
    | "AddV2"
    | "Sub"
    | "Mul"
    | "RealDiv"
    | "Minimum"
    | "Pow"
    | "BitwiseXor"
    | "GreaterEqual"
    | "Equal",
  a: GraphTensor,
  b: GraphTensor,
): GraphTensor {
  const scalar = a.shape.length === 0 || b.shape.length === 0;
  requireShape(scalar || haveSameShape(a, b), op, a, b);
  return a.node.graph.addTensor({
    op,
    inputs: [a, b],
    attributes: { T: { type: a.dtype } },
    dtype: op === "GreaterEqual" || op === "Equal" ? "bool" : a.dtype,
    shape: a.shape.length === 0 ? b.shape : a.shape,
  });
}

/**
 * input x factor, element by element or with a scalar factor. Nothing flows back to the factor: it is
 * data, a mask or a constant.
 */
export function multiply(input: GraphTensor, factor: GraphTensor): GraphTensor {
  requireFactor("Mul", input, factor);
  return input.node.graph.addTensor({
    op: "Mul",
    inputs: [input, factor],
    attributes: { T: { type: input.dtype } },
    dtype: input.dtype,
    shape: input.shape,
    gradient: (gradient) => [elementwise("Mul", gradient, factor), undefined],
  });
}

/** input / divisor, otherwise as `multiply`. */
export function divide(input: GraphTensor, divisor: GraphTensor): GraphTensor {
  requireFactor("RealDiv", input, divisor);
  return input.node.graph.addTensor({
    op: "RealDiv",
    inputs: [input, divisor],
    attributes: { T: { type: input.dtype } },
    dtype: input.dtype,
    shape: input.shape,
    gradient: (gradient) => [elementwise("RealDiv", gradient, divisor), undefined],
  });
}

function requireFactor(op: string, input: GraphTensor, factor: GraphTensor): void {
  requireShape(factor.shape.length === 0 || haveSameShape(input, factor), op, input, factor);
}

/** Sum of all elements, a scalar. */
export function sumAll(input: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const axes = Int32Array.from(input.shape.keys());
  return graph.addTensor({
    op: "Sum",
    inputs: [input, constantTensor(graph, axes, [axes.length])],
    attributes: { T: { type: input.dtype }, Tidx: { type: "int32" }, keep_dims: { bool: false } },
    dtype: input.dtype,
    shape: [],
    gradient: (gradient) => [
      graph.addTensor({
        op: "Fill",
        inputs: [shapeOf(input), gradient],
        attributes: { T: { type: input.dtype }, index_type: { type: "int32" } },
        dtype: input.dtype,
        shape: input.shape,
      }),
      undefined,
    ],
  });
}

/** Index of the largest element of each row of a [rows, columns] tensor, int32. */
export function argMax(input: GraphTensor): GraphTensor {
  const { graph } = input.node;
  return graph.addTensor({
    op: "ArgMax",
    inputs: [input, constant(graph, 1, "int32")],
    attributes: {
      T: { type: input.dtype },
      Tidx: { type: "int32" },
      output_type: { type: "int32" },
    },
    dtype: "int32",
    shape: input.shape.slice(0, 1),
  });
}

/** Applies a function to each element. No gradient rule. */
export function unary(op: "Cos" | "Sin" | "Tan" | "Neg", input: GraphTensor): GraphTensor {
  return input.node.graph.addTensor({
    op,
    inputs: [input],
    attributes: { T: { type: input.dtype } },
    dtype: input.dtype,
    shape: input.shape,
  });
}
