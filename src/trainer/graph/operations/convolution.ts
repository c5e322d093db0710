import { addLike, type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { integers } from "./constant.ts";
import { filterGradientByPatches } from "./filter-gradient.ts";
import { shapeOf } from "./shape.ts";

/**
 * 2-D convolution with stride 1.
 * @param input [batch, height, width, channels]
 * @param filter [kernel, kernel, channels, filters]
 * @returns [batch, height', width', filters]
 */
export function conv2d(
  input: GraphTensor,
  filter: GraphTensor,
  padding: "valid" | "same",
): GraphTensor {
  const attributes = {
    strides: { ints: [1, 1, 1, 1] },
    padding: { string: padding.toUpperCase() },
    data_format: { string: "NHWC" },
  };
  const filterGradient = (gradient: GraphTensor): GraphTensor => {
    const inputs = [input, integers(input.node.graph, filter.shape), gradient];
    return addLike(filter, "Conv2DBackpropFilter", inputs, { attributes });
  };
  return addLike(input, "Conv2D", [input, filter], {
    attributes,
    shape: outputShape(input, filter, padding === "valid"),
    gradient: (gradient, [inputWanted]) => [
      inputWanted === true
        ? addLike(input, "Conv2DBackpropInput", [shapeOf(input), filter, gradient], { attributes })
        : undefined,
      filterGradientByPatches({ input, filterShape: filter.shape, padding }, gradient) ??
        filterGradient(gradient),
    ],
  });
}

function outputShape(input: GraphTensor, filter: GraphTensor, losesBorder: boolean): Shape {
  const [batch = -1, height = 0, width = 0, channels] = input.shape;
  const [kernelHeight = 1, kernelWidth = 1, filterChannels, filters = 0] = filter.shape;
  const [lostHeight, lostWidth] = losesBorder ? [kernelHeight - 1, kernelWidth - 1] : [0, 0];
  const images = input.shape.length === 4 && filter.shape.length === 4;
  const fits = channels === filterChannels && height > lostHeight && width > lostWidth;
  requireShape(images && fits, "Conv2D", input, filter);
  return [batch, height - lostHeight, width - lostWidth, filters];
}
