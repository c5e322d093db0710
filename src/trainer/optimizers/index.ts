import type { CnnParameters } from "../../cnn/parameters.ts";
import { adam, adamw } from "./adam.ts";
import type { OptimizerFactory } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** Every optimizer by its name in a study file. */
export const OPTIMIZERS: Readonly<Record<CnnParameters["optimizer"], OptimizerFactory>> = {
  adam,
  adamw,
  sgd,
  rmsprop,
};
