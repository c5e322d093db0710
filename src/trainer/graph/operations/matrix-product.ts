import { type GraphTensor, requireShape, type Shape } from "../graph.ts";

/** a [rows, inner] times b [inner, columns]. */
export function matMul(a: GraphTensor, b: GraphTensor): GraphTensor {
  requireShape(
    a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === b.shape[0],
    "MatMul",
    a,
    b,
  );
  return a.node.graph.addTensor({
    op: "MatMul",
    inputs: [a, b],
    attributes: transposed(a, false, false),
    dtype: a.dtype,
    shape: [a.shape[0] ?? -1, b.shape[1] ?? -1],
    gradient: (gradient, [aWanted]) => [
      aWanted === true ? product(gradient, b, a.shape, { transposeB: true }) : undefined,
      product(a, gradient, b.shape, { transposeA: true }),
    ],
  });
}

/** The product of two matrices, either transposed first. Not differentiable. */
export function product(
  a: GraphTensor,
  b: GraphTensor,
  shape: Shape,
  { transposeA = false, transposeB = false } = {},
): GraphTensor {
  return a.node.graph.addTensor({
    op: "MatMul",
    inputs: [a, b],
    attributes: transposed(a, transposeA, transposeB),
    dtype: a.dtype,
    shape,
  });
}

function transposed(a: GraphTensor, transposeA: boolean, transposeB: boolean) {
  return {
    T: { type: a.dtype },
    transpose_a: { bool: transposeA },
    transpose_b: { bool: transposeB },
  } as const;
}
