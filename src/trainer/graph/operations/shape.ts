import { addLike, countElements, type GraphTensor, type Shape } from "../graph.ts";
import { integers } from "./constant.ts";

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
