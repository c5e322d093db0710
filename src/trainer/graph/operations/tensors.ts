import {
  addLike,
  countElements,
  type DataType,
  type Graph,
  type GraphTensor,
  haveSameShape,
  requireShape,
  type Shape,
} from "../graph.ts";

/** A scalar constant. */
export function constant(
  graph: Graph,
  value: number,
  dtype: "float32" | "int32" = "float32",
): GraphTensor {
  const numbers = dtype === "float32" ? Float32Array : Int32Array;
  return constantTensor(graph, numbers.of(value), []);
}

/** An int32 vector. */
export function integers(graph: Graph, values: Iterable<number>): GraphTensor {
  const numbers = Int32Array.from(values);
  return constantTensor(graph, numbers, [numbers.length]);
}

/** A constant of any shape; its values in row-major order. */
export function constantTensor(
  graph: Graph,
  values: Float32Array | Int32Array,
  shape: Shape,
): GraphTensor {
  const dtype = values instanceof Float32Array ? "float32" : "int32";
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const value = { tensor: { dtype, shape, content } } as const;
  const attributes = { dtype: { type: dtype }, value } as const;
  return graph.addTensor({ op: "Const", attributes, dtype, shape });
}

/** What a signature feeds. */
export function placeholder(
  graph: Graph,
  name: string,
  dtype: DataType,
  shape: Shape,
): GraphTensor {
  const attributes = { dtype: { type: dtype }, shape: { shape } };
  return graph.addTensor({ op: "Placeholder", name, attributes, dtype, shape });
}

/** The sizes at run time, an int32 vector. */
export function shapeOf(input: GraphTensor): GraphTensor {
  return addLike(input, "Shape", [input], {
    attributes: { out_type: { type: "int32" } },
    dtype: "int32",
    shape: [input.shape.length],
  });
}

/** The number of elements at run time, an int32 scalar. */
export function sizeOf(input: GraphTensor): GraphTensor {
  return addLike(input, "Size", [input], {
    attributes: { out_type: { type: "int32" } },
    dtype: "int32",
    shape: [],
  });
}

/** The number of rows at run time, as the shape of a vector: int32 [1]. */
export function batchShape(input: GraphTensor): GraphTensor {
  return slice(shapeOf(input), [0], [1]);
}

/** The part of that size from that corner on; an open size is the rest. Not differentiable. */
export function slice(input: GraphTensor, corner: readonly number[], size: Shape): GraphTensor {
  const { graph } = input.node;
  return addLike(input, "Slice", [input, integers(graph, corner), integers(graph, size)], {
    attributes: { Index: { type: "int32" } },
    shape: size,
  });
}

/** The upper left `height` x `width` of images [batch, height, width, channels]. Not differentiable. */
export function crop(images: GraphTensor, height: number, width: number): GraphTensor {
  const [batch = -1, ownHeight, ownWidth, channels = 0] = images.shape;
  if (ownHeight === height && ownWidth === width) return images;
  return slice(images, [0, 0, 0, 0], [batch, height, width, channels]);
}

/**
 * The same elements in another shape; one size may be -1.
 * @throws Error when known sizes cannot have as many elements
 */
export function reshape(input: GraphTensor, shape: Shape): GraphTensor {
  if (!canReshape(input.shape, shape))
    throw new Error(
      `Reshape: ${input.node.name} [${input.shape.join(", ")}] does not fit [${shape.join(", ")}]`,
    );
  return addLike(input, "Reshape", [input, integers(input.node.graph, shape)], {
    attributes: { Tshape: { type: "int32" } },
    shape,
    gradient: (gradient) => [reshape(gradient, input.shape), undefined],
  });
}

/**
 * `reshape` to sizes that only running tells. No gradient rule.
 * @param sizes int32 [rank]
 * @param shape what is known of them
 */
export function reshapeTo(input: GraphTensor, sizes: GraphTensor, shape: Shape): GraphTensor {
  const attributes = { Tshape: { type: sizes.dtype } };
  return addLike(input, "Reshape", [input, sizes], { attributes, shape });
}

function canReshape(from: Shape, to: Shape): boolean {
  const open = to.filter((size) => size === -1).length;
  if (open > 1) return false;
  if (from.includes(-1)) return true;
  return open === 0
    ? countElements(from) === countElements(to)
    : countElements(from) % countElements(to) === 0;
}

/** Stacks vectors [n] as the columns of a matrix [n, columns]. No gradient rule. */
export function stackColumns(columns: readonly GraphTensor[]): GraphTensor {
  const [first] = columns;
  if (first === undefined) throw new Error("Pack: no columns");
  return addLike(first, "Pack", columns, {
    attributes: { N: { int: columns.length }, axis: { int: 1 } },
    shape: [first.shape[0] ?? -1, columns.length],
  });
}

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

/** a x b, element by element, for two tensors of one shape that are both learnt from. */
export function multiplyTensors(a: GraphTensor, b: GraphTensor): GraphTensor {
  requireShape(haveSameShape(a, b), "Mul", a, b);
  return addLike(a, "Mul", [a, b], {
    gradient: (gradient) => [elementwise("Mul", gradient, b), elementwise("Mul", gradient, a)],
  });
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
