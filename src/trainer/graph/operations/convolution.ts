import { type GraphTensor, requireShape, type Shape } from "../graph.ts";
import { shapeOf } from "./shape.ts";
import { constantTensor } from "./constant.ts";
import { filterGradientByPatches } from "./filter-gradient.ts";

export type Padding = "valid" | "same";

/**
 * 2-D convolution with stride 1.
 * @param input [batch, height, width, channels]
 * @param filter [kernel, kernel, channels, filters]
 * @returns [batch, height', width', filters]
 */
export function conv2d(input: GraphTensor, filter: GraphTensor, padding: Padding): GraphTensor {
  const { graph } = input.node;
  const attributes = {
    T: { type: input.dtype },
    strides: { ints: [1, 1, 1, 1] },
    padding: { string: padding.toUpperCase() },
    data_format: { string: "NHWC" },
  };
  return graph.addTensor({
    op: "Conv2D",
    inputs: [input, filter],
    attributes,
    dtype: input.dtype,
    shape: outputShape(input, filter, padding),
    gradient: (gradient, [inputWanted]) => [
      inputWanted === true
        ? graph.addTensor({
            op: "Conv2DBackpropInput",
            inputs: [shapeOf(input), filter, gradient],
            attributes,
            dtype: input.dtype,
            shape: input.shape,
          })
        : undefined,
      filterGradientByPatches({ input, filterShape: filter.shape, padding }, gradient) ??
        graph.addTensor({
          op: "Conv2DBackpropFilter",
          inputs: [input, constantTensor(graph, Int32Array.from(filter.shape), [4]), gradient],
          attributes,
          dtype: filter.dtype,
          shape: filter.shape,
        }),
    ],
  });
}

function outputShape(input: GraphTensor, filter: GraphTensor, padding: Padding): Shape {
  const [batch = -1, height = 0, width = 0, channels] = input.shape;
  const [kernelHeight = 1, kernelWidth = 1, filterChannels, filters = 0] = filter.shape;
  const [lostHeight, lostWidth] =
    padding === "valid" ? [kernelHeight - 1, kernelWidth - 1] : [0, 0];
  const images = input.shape.length === 4 && filter.shape.length === 4;
  const fits = channels === filterChannels && height > lostHeight && width > lostWidth;
  requireShape(images && fits, "Conv2D", input, filter);
  return [batch, height - lostHeight, width - lostWidth, filters];
}
