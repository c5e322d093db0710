import { type GraphTensor, haveSameShape, requireShape } from "../graph.ts";
import { constant, constantTensor } from "./constant.ts";

/**
 * Moves every image by a projective transform of its own, bilinear, black beyond the border. Data only: no
 * gradient rule.
 * @param images [batch, height, width, channels], float32
 * @param transforms [batch, 8], rows a0 a1 a2 b0 b1 b2 c0 c1: the output's (x, y) shows the input's
 *   ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1
 */
export function transformImages(images: GraphTensor, transforms: GraphTensor): GraphTensor {
  const [batch, height = 0, width = 0] = images.shape;
  requireShape(
    images.shape.length === 4 && haveSameShape(transforms, { shape: [batch ?? -1, 8] }),
    "ImageProjectiveTransformV3",
    images,
    transforms,
  );
  const { graph } = images.node;
  return graph.addTensor({
    op: "ImageProjectiveTransformV3",
    inputs: [
      images,
      transforms,
      constantTensor(graph, Int32Array.of(height, width), [2]),
      constant(graph, 0),
    ],
    attributes: {
      dtype: { type: images.dtype },
      interpolation: { string: "BILINEAR" },
      fill_mode: { string: "CONSTANT" },
    },
    dtype: images.dtype,
    shape: images.shape,
  });
}
