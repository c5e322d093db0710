import type { GraphTensor } from "../graph.ts";
import { shapeOf } from "./shape.ts";

/** An image of whatever size the file has. */
export interface DecodedImage {
  /** uint8 [height, width, channels] */
  readonly pixels: GraphTensor;
  /** int32 [3]: height, width, channels. */
  readonly size: GraphTensor;
}

/** The PNG, JPEG, BMP or GIF (its first picture) named by the string scalar `path`. */
export function decodeImageFile(path: GraphTensor): DecodedImage {
  const { graph } = path.node;
  const content = graph.addTensor({ op: "ReadFile", inputs: [path], dtype: "string", shape: [] });
  const pixels = graph.addTensor({
    op: "DecodeImage",
    inputs: [content],
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
