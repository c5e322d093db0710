import { addLike, type GraphTensor, requireShape } from "../graph.ts";
import { cast, constant, elementwise, integers, reshape, shapeOf } from "./tensors.ts";

/**
 * The mean of each channel over the whole image (Lin et al., ICLR 2014, section 3.2).
 * @param input [batch, height, width, channels]
 * @returns [batch, channels]
 */
export function globalAverage(input: GraphTensor): GraphTensor {
  const [batch = -1, height = 0, width = 0, channels = 0] = input.shape;
  const { graph } = input.node;
  requireShape(input.shape.length === 4, "Mean", input);
  const share = cast(constant(graph, 1 / (height * width)), input.dtype);
  return addLike(input, "Mean", [input, integers(graph, [1, 2])], {
    attributes: { Tidx: { type: "int32" }, keep_dims: { bool: false } },
    shape: [batch, channels],
    gradient: (gradient) => {
      const each = reshape(elementwise("Mul", gradient, share), [-1, 1, 1, channels]);
      const spread = addLike(input, "BroadcastTo", [each, shapeOf(input)], {
        attributes: { Tidx: { type: "int32" } },
      });
      return [spread, undefined];
    },
  });
}
