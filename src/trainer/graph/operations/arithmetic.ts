import { addLike, type DataType, type GraphTensor, haveSameShape, requireShape } from "../graph.ts";
import { constant, integers } from "./constant.ts";
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
  return addLike(a, "AddV2", [a, b], { gradient: (gradient) => [gradient, gradient] });
}

/** Half the sum of the squared elements, a scalar. */
export function halfSumOfSquares(input: GraphTensor): GraphTensor {
  return addLike(input, "L2Loss", [input], {
    shape: [],
    gradient: (gradient) => [elementwise("Mul", input, gradient)],
  });
}

type Elementwise = "AddV2" | "Sub" | "Mul" | "RealDiv" | "Minimum" | "Pow" | "BitwiseXor";

/**
 * Element by element, one operand perhaps a scalar: of `b` a number will do, for float32. No gradient rule: `multiply`
 * is the operation for factors in the forward pass.
 */
export function elementwise(
  op: Elementwise | "GreaterEqual" | "Equal",
  a: GraphTensor,
  operand: GraphTensor | number,
): GraphTensor {
  const b = typeof operand === "number" ? constant(a.node.graph, operand) : operand;
  const scalar = a.shape.length === 0 || b.shape.length === 0;
  requireShape(scalar || haveSameShape(a, b), op, a, b);
  return addLike(a, op, [a, b], {
    dtype: op === "GreaterEqual" || op === "Equal" ? "bool" : a.dtype,
    shape: a.shape.length === 0 ? b.shape : a.shape,
  });
}

/**
 * input x factor, element by element or with a scalar factor. Nothing flows back to the factor: it is
 * data, a mask or a constant.
 */
export function multiply(input: GraphTensor, factor: GraphTensor): GraphTensor {
  return scaled("Mul", input, factor);
}

/** input / divisor, otherwise as `multiply`. */
export function divide(input: GraphTensor, divisor: GraphTensor): GraphTensor {
  return scaled("RealDiv", input, divisor);
}

function scaled(op: "Mul" | "RealDiv", input: GraphTensor, factor: GraphTensor): GraphTensor {
  requireShape(factor.shape.length === 0 || haveSameShape(input, factor), op, input, factor);
  return addLike(input, op, [input, factor], {
    gradient: (gradient) => [elementwise(op, gradient, factor), undefined],
  });
}

/** Sum of all elements, a scalar. */
export function sumAll(input: GraphTensor): GraphTensor {
  return addLike(input, "Sum", [input, integers(input.node.graph, input.shape.keys())], {
    attributes: { Tidx: { type: "int32" }, keep_dims: { bool: false } },
    shape: [],
    gradient: (gradient) => [
      addLike(input, "Fill", [shapeOf(input), gradient], {
        attributes: { index_type: { type: "int32" } },
      }),
      undefined,
    ],
  });
}

/** Index of the largest element of each row of a [rows, columns] tensor, int32. */
export function argMax(input: GraphTensor): GraphTensor {
  return addLike(input, "ArgMax", [input, constant(input.node.graph, 1, "int32")], {
    attributes: { Tidx: { type: "int32" }, output_type: { type: "int32" } },
    dtype: "int32",
    shape: input.shape.slice(0, 1),
  });
}

/** Applies a function to each element. No gradient rule. */
export function unary(op: "Cos" | "Sin" | "Tan" | "Neg", input: GraphTensor): GraphTensor {
  return addLike(input, op, [input]);
}
