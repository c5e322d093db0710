import { addLike, type GraphTensor, haveSameShape, requireShape, type Shape } from "../graph.ts";
import { constant, integers, reshape, shapeOf } from "./tensors.ts";

/** The bytes of the file named by the string scalar `path`, as uint8 of that shape. TensorFlow reads the file itself. */
export function readRawFile(path: GraphTensor, shape: Shape): GraphTensor {
  const bytes = path.node.graph.addTensor({
    op: "DecodeRaw",
    inputs: [readFile(path)],
    attributes: { out_type: { type: "uint8" }, little_endian: { bool: true } },
    dtype: "uint8",
    shape: [-1],
  });
  return reshape(bytes, shape);
}

/**
 * The PNG, JPEG, BMP or GIF (its first picture) named by the string scalar `path`, of whatever size it has.
 * @returns pixels, uint8 [height, width, channels], and size, int32 [3]: the same three
 */
export function decodeImageFile(path: GraphTensor) {
  const pixels = path.node.graph.addTensor({
    op: "DecodeImage",
    inputs: [readFile(path)],
    attributes: {
      // As many as the file has.
      channels: { int: 0 },
      dtype: { type: "uint8" },
      expand_animations: { bool: false },
    },
    dtype: "uint8",
    shape: [-1, -1, -1],
  });
  return { pixels, size: shapeOf(pixels) };
}

function readFile(path: GraphTensor): GraphTensor {
  return path.node.graph.addTensor({ op: "ReadFile", inputs: [path], dtype: "string", shape: [] });
}

/**
 * Moves every image by a projective transform of its own, bilinear, black beyond the border. Data only: no
 * gradient rule.
 * @param images [batch, height, width, channels], float32
 * @param transforms [batch, 8], rows a0 a1 a2 b0 b1 b2 c0 c1: the output's (x, y) shows the input's
 *   ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1
 */
export function transformImages(images: GraphTensor, transforms: GraphTensor): GraphTensor {
  const { node, dtype, shape } = images;
  const [batch, height = 0, width = 0] = shape;
  const fits = shape.length === 4 && haveSameShape(transforms, { shape: [batch ?? -1, 8] });
  requireShape(fits, "ImageProjectiveTransformV3", images, transforms);
  return node.graph.addTensor({
    op: "ImageProjectiveTransformV3",
    inputs: [images, transforms, integers(node.graph, [height, width]), constant(node.graph, 0)],
    attributes: {
      dtype: { type: dtype },
      interpolation: { string: "BILINEAR" },
      fill_mode: { string: "CONSTANT" },
    },
    dtype,
    shape,
  });
}

/**
 * Scales images and puts them on a canvas of [height, width], 0 where they do not reach. The kernel is a triangle,
 * widened where an image shrinks: bilinear and free of aliasing. Data only: no gradient rule.
 * @param images [batch, any height, any width, channels], float32
 * @param place float32 [2] each: factors of height and width; rows and columns the scaled image is moved by
 */
export function placeImages(
  images: GraphTensor,
  { scale, translation }: Readonly<Record<"scale" | "translation", GraphTensor>>,
  [height, width]: readonly [height: number, width: number],
): GraphTensor {
  requireShape(images.shape.length === 4, "ScaleAndTranslate", images);
  const size = integers(images.node.graph, [height, width]);
  return addLike(images, "ScaleAndTranslate", [images, size, scale, translation], {
    attributes: { kernel_type: { string: "triangle" }, antialias: { bool: true } },
    dtype: "float32",
    shape: [images.shape[0] ?? -1, height, width, images.shape[3] ?? -1],
  });
}
