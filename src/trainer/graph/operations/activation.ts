import type { Activation } from "../../../cnn/shapes.ts";
import type { GraphTensor } from "../graph.ts";
import { gelu } from "./gelu.ts";
import { activateRising, isRising } from "./rising-activation.ts";
import { silu } from "./silu.ts";

/** Applies the activation to each element. */
export function activate(input: GraphTensor, name: Activation): GraphTensor {
  if (isRising(name)) return activateRising(input, name);
  return name === "gelu" ? gelu(input) : silu(input);
}
