import type { GraphTensor, Shape } from "../graph.ts";
import { reshape, shapeOf } from "./shape.ts";

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
