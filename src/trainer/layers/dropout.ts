import { dropout } from "../graph/operations/random.ts";
import { type Layer, stateless } from "./layer.ts";

/** Drops units in training, passes its input on in evaluation. */
export function dropoutLayer(rate: number): Layer {
  return stateless((input, { training }) =>
    training === undefined ? input : dropout(input, rate, training.seed, training.nextRandomUse()),
  );
}
