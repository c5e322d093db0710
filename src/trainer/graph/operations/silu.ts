import type { GraphTensor } from "../graph.ts";
import { activateRising } from "./rising-activation.ts";
import { multiplyTensors } from "./tensors.ts";

/** x sigmoid(x), also called swish (Ramachandran et al., arXiv 1710.05941; Elfwing et al., Neural Networks 107, 2018). */
export function silu(input: GraphTensor): GraphTensor {
  return multiplyTensors(input, activateRising(input, "sigmoid"));
}
