import type { GraphTensor } from "../graph/graph.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { biasAdd } from "../graph/operations/bias.ts";
import type { ForwardMode, LayerVariable } from "./layer.ts";

/** sum + bias; the sum itself for a layer without one. */
export function addBias(
  sum: GraphTensor,
  bias: LayerVariable | undefined,
  mode: ForwardMode,
): GraphTensor {
  return bias === undefined ? sum : biasAdd(sum, cast(mode.read(bias.variable), sum.dtype));
}
