import type { CnnLayer } from "../../cnn/shapes.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { conv2d } from "../graph/operations/convolution.ts";
import { biasAdd, matMul } from "../graph/operations/matrix-product.ts";
import { kernel as makeKernel, type Layer, type LayerContext, vector } from "./layer.ts";

type Weighted = Extract<CnnLayer, { kind: "convolution" | "dense" }>;

/**
 * conv2d(input, kernel) + bias or input x kernel + bias, not yet activated. The kernel is
 * [kernelSize, kernelSize, channels, filters] or [inputs, units].
 */
export function weightedLayer(context: LayerContext, layer: Weighted, inputs: number): Layer {
  const [, , outputs] = layer.output;
  const side = layer.kind === "convolution" ? layer.kernelSize : 1;
  const shape = [...(layer.kind === "convolution" ? [side, side] : []), inputs, outputs];
  const fans = [side * side * inputs, side * side * outputs] as const;
  const kernel = makeKernel(context, `${layer.name}/kernel`, shape, fans);
  const bias = layer.bias ? vector(context, `${layer.name}/bias`, outputs, "offset", 0) : undefined;
  return {
    variables: bias === undefined ? [kernel] : [kernel, bias],
    forward: (input, { precision, read }) => {
      const weights = cast(read(kernel.variable), precision);
      const values = cast(input, precision);
      const sum =
        layer.kind === "convolution"
          ? conv2d(values, weights, layer.padding)
          : matMul(values, weights);
      return bias === undefined ? sum : biasAdd(sum, cast(read(bias.variable), sum.dtype));
    },
  };
}
