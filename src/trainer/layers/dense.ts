import type { CnnLayer } from "../../cnn/shapes.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { matMul } from "../graph/operations/matrix-product.ts";
import { addBias } from "./bias.ts";
import type { Layer, LayerContext } from "./layer.ts";
import { kernel as makeKernel, vector } from "./variables.ts";

type Dense = Extract<CnnLayer, { kind: "dense" }>;

/** input x kernel + bias, not yet activated; the kernel is [inputs, units]. */
export function denseLayer(context: LayerContext, layer: Dense, inputs: number): Layer {
  const { units, name } = layer;
  const kernel = makeKernel(context, `${name}/kernel`, [inputs, units], [inputs, units]);
  const bias = layer.bias ? vector(context, `${name}/bias`, units, "offset", 0) : undefined;
  return {
    variables: bias === undefined ? [kernel] : [kernel, bias],
    forward: (input, mode) => {
      const { precision } = mode;
      const weights = cast(mode.read(kernel.variable), precision);
      return addBias(matMul(cast(input, precision), weights), bias, mode);
    },
  };
}
