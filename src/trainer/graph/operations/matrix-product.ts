import { addLike, type GraphTensor, requireShape, type Shape } from "../graph.ts";

/** a [rows, inner] times b [inner, columns]. */
export function matMul(a: GraphTensor, b: GraphTensor): GraphTensor {
  const fits = a.shape.length === 2 && b.shape.length === 2 && a.shape[1] === b.shape[0];
  requireShape(fits, "MatMul", a, b);
  return addLike(a, "MatMul", [a, b], {
    attributes: transposed(false, false),
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
  return addLike(a, "MatMul", [a, b], { attributes: transposed(transposeA, transposeB), shape });
}

function transposed(transposeA: boolean, transposeB: boolean) {
  return { transpose_a: { bool: transposeA }, transpose_b: { bool: transposeB } } as const;
}

/** Adds `bias` [channels] along the last axis of `input`. */
export function biasAdd(input: GraphTensor, bias: GraphTensor): GraphTensor {
  const fits = bias.shape.length === 1 && input.shape.at(-1) === bias.shape[0];
  requireShape(fits, "BiasAdd", input, bias);
  const attributes = { data_format: { string: "NHWC" } };
  return addLike(input, "BiasAdd", [input, bias], {
    attributes,
    gradient: (gradient) => [gradient, addLike(bias, "BiasAddGrad", [gradient], { attributes })],
  });
}
