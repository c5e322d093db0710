import { type GraphTensor, requireShape } from "../graph.ts";
import { constantTensor } from "./constant.ts";

export interface Placement {
  /** float32 [2]: factors of height and width. */
  readonly scale: GraphTensor;
  /** float32 [2]: rows and columns the scaled image is moved by. */
  readonly translation: GraphTensor;
}

/**
 * Scales images and puts them on a canvas of [height, width], 0 where they do not reach. The kernel is a triangle,
 * widened where an image shrinks: bilinear and free of aliasing. Data only: no gradient rule.
 * @param images [batch, any height, any width, channels], float32
 */
export function placeImages(
  images: GraphTensor,
  { scale, translation }: Placement,
  [height, width]: readonly [height: number, width: number],
): GraphTensor {
  requireShape(images.shape.length === 4, "ScaleAndTranslate", images);
  const { graph } = images.node;
  return graph.addTensor({
    op: "ScaleAndTranslate",
    inputs: [images, constantTensor(graph, Int32Array.of(height, width), [2]), scale, translation],
    attributes: {
      T: { type: images.dtype },
      kernel_type: { string: "triangle" },
      antialias: { bool: true },
    },
    dtype: "float32",
    shape: [images.shape[0] ?? -1, height, width, images.shape[3] ?? -1],
  });
}
