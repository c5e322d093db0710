import type { GraphTensor, Shape } from "../graph.ts";
import { reshape } from "./shape.ts";

/** The bytes of the file named by the string scalar `path`, as uint8 of that shape. TensorFlow reads the file itself. */
export function readRawFile(path: GraphTensor, shape: Shape): GraphTensor {
  const { graph } = path.node;
  const content = graph.addTensor({ op: "ReadFile", inputs: [path], dtype: "string", shape: [] });
  const bytes = graph.addTensor({
    op: "DecodeRaw",
    inputs: [content],
    attributes: { out_type: { type: "uint8" }, little_endian: { bool: true } },
    dtype: "uint8",
    shape: [-1],
  });
  return reshape(bytes, shape);
}
