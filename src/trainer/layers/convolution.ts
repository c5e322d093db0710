import type { CnnLayer } from "../../core/cnn.ts";
import { biasAdd } from "../graph/operations/bias.ts";
import { conv2d } from "../graph/operations/convolution.ts";
import { glorotUniform, type Layer, type LayerContext, zeros } from "./layer.ts";

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
  const kernel = glorotUniform(context, `${name}/kernel`, shape, area * channels, area * filters);
  const bias = zeros(context, `${name}/bias`, filters);
  return {
    variables: [kernel, bias],
    forward: (input, mode) =>
      biasAdd(conv2d(input, mode.read(kernel.variable), padding), mode.read(bias.variable)),
  };
}
