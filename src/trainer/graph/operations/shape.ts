import { countElements, type GraphTensor, type Shape } from "../graph.ts";
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

/** The number of rows at run time, as the shape of a vector: int32 [1]. */
export function batchShape(input: GraphTensor): GraphTensor {
  const { graph } = input.node;
  const at = (position: number): GraphTensor => constantTensor(graph, Int32Array.of(position), [1]);
  return graph.addTensor({
    op: "Slice",
    inputs: [shapeOf(input), at(0), at(1)],
    attributes: { T: { type: "int32" }, Index: { type: "int32" } },
    dtype: "int32",
    shape: [1],
  });
}

/**
 * The same elements in another shape; one size may be -1.
 * @throws Error when known sizes cannot have as many elements
 */
export function reshape(input: GraphTensor, shape: Shape): GraphTensor {
  const { graph } = input.node;
  if (!canReshape(input.shape, shape))
    throw new Error(
      `Reshape: ${input.node.name} [${input.shape.join(", ")}] does not fit [${shape.join(", ")}]`,
    );
  return graph.addTensor({
    op: "Reshape",
    inputs: [input, constantTensor(graph, Int32Array.from(shape), [shape.length])],
    attributes: { T: { type: input.dtype }, Tshape: { type: "int32" } },
    dtype: input.dtype,
    shape,
    gradient: (gradient) => [reshape(gradient, input.shape), undefined],
  });
}

/**
 * `reshape` to sizes that only running tells.
 * @param sizes int32 [rank]
 * @param shape what is known of them
 */
export function reshapeTo(input: GraphTensor, sizes: GraphTensor, shape: Shape): GraphTensor {
  return input.node.graph.addTensor({
    op: "Reshape",
    inputs: [input, sizes],
    attributes: { T: { type: input.dtype }, Tshape: { type: sizes.dtype } },
    dtype: input.dtype,
    shape,
  });
}

/** The upper left `height` x `width` of images [batch, height, width, channels]. Not differentiable. */
export function crop(images: GraphTensor, height: number, width: number): GraphTensor {
  if (images.shape[1] === height && images.shape[2] === width) return images;
  const { graph } = images.node;
  const [batch = -1, , , channels = 0] = images.shape;
  const shape = [batch, height, width, channels];
  return graph.addTensor({
    op: "Slice",
    inputs: [
      images,
      constantTensor(graph, new Int32Array(4), [4]),
      constantTensor(graph, Int32Array.from(shape), [4]),
    ],
    attributes: { T: { type: images.dtype }, Index: { type: "int32" } },
    dtype: images.dtype,
    shape,
  });
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
  return first.node.graph.addTensor({
    op: "Pack",
    inputs: columns,
    attributes: { N: { int: columns.length }, T: { type: first.dtype }, axis: { int: 1 } },
    dtype: first.dtype,
    shape: [first.shape[0] ?? -1, columns.length],
  });
}
