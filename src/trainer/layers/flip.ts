import type { CnnParameters } from "../../cnn/parameters.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { cast, elementwise } from "../graph/operations/tensors.ts";
import { randomUniform } from "../graph/operations/random.ts";
import type { TrainingMode } from "./layer.ts";

type Flip = CnnParameters["flip"];

/**
 * What each image's x and y are multiplied by: 1, or -1 for every other image by the toss of a coin of its own.
 * Undefined for an axis that is never mirrored.
 * @param batch the number of images at run time, int32 [1]
 */
export function drawFlips(
  flip: Flip,
  batch: GraphTensor,
  { seed, nextRandomUse }: Pick<TrainingMode, "seed" | "nextRandomUse">,
): Readonly<Record<"x" | "y", GraphTensor | undefined>> {
  const toss = (): GraphTensor => {
    const draws = randomUniform(seed, nextRandomUse(), [-1], batch);
    const heads = cast(elementwise("GreaterEqual", draws, 0.5), "float32");
    return elementwise("Sub", elementwise("Mul", heads, 2), 1);
  };
  return {
    x: flip === "horizontal" || flip === "both" ? toss() : undefined,
    y: flip === "vertical" || flip === "both" ? toss() : undefined,
  };
}
