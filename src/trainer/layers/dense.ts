import type { CnnLayer } from "../../core/cnn.ts";
import { activate } from "../graph/operations/activation.ts";
import { biasAdd } from "../graph/operations/bias.ts";
import { matMul } from "../graph/operations/matrix-product.ts";
import { glorotUniform, type Layer, type LayerContext, zeros } from "./layer.ts";

type Dense = Extract<CnnLayer, { kind: "dense" }>;

/** activation(input x kernel + bias); the kernel is [inputs, units]. */
export function denseLayer(context: LayerContext, layer: Dense, inputs: number): Layer {
  const { units, activation, name } = layer;
  const kernel = glorotUniform(context, `${name}/kernel`, [inputs, units], inputs, units);
  const bias = zeros(context, `${name}/bias`, units);
  return {
    variables: [kernel, bias],
    forward: (input, mode) => {
      const sum = biasAdd(matMul(input, mode.read(kernel.variable)), mode.read(bias.variable));
      return activation === "linear" ? sum : activate(sum, activation);
    },
  };
}
