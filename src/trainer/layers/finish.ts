import type { Activation } from "../../core/cnn.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { activate } from "../graph/operations/activation.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { biasAdd } from "../graph/operations/bias.ts";
import type { ForwardMode, LayerVariable } from "./layer.ts";

/** activation(sum + bias), both optional: how convolutions and dense layers end. */
export function finish(
  sum: GraphTensor,
  { bias, activation }: { bias: LayerVariable | undefined; activation: Activation | "linear" },
  mode: ForwardMode,
): GraphTensor {
  const offset = bias === undefined ? sum : biasAdd(sum, cast(mode.read(bias.variable), sum.dtype));
  return activation === "linear" ? offset : activate(offset, activation);
}
