import type { CnnLayer } from "../../cnn/shapes.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { conv2d } from "../graph/operations/convolution.ts";
import { addBias } from "./bias.ts";
import type { Layer, LayerContext } from "./layer.ts";
import { kernel as makeKernel, vector } from "./variables.ts";

type Convolution = Extract<CnnLayer, { kind: "convolution" }>;

/** conv2d(input, kernel) + bias, not yet activated; the kernel is [kernelSize, kernelSize, channels, filters]. */
export function convolutionLayer(
  context: LayerContext,
  layer: Convolution,
  channels: number,
): Layer {
  const { kernelSize, filters, padding, name } = layer;
  const area = kernelSize * kernelSize;
  const shape = [kernelSize, kernelSize, channels, filters];
  const kernel = makeKernel(context, `${name}/kernel`, shape, [area * channels, area * filters]);
  const bias = layer.bias ? vector(context, `${name}/bias`, filters, "offset", 0) : undefined;
  return {
    variables: bias === undefined ? [kernel] : [kernel, bias],
    forward: (input, mode) => {
      const { precision } = mode;
      const weights = cast(mode.read(kernel.variable), precision);
      return addBias(conv2d(cast(input, precision), weights, padding), bias, mode);
    },
  };
}
