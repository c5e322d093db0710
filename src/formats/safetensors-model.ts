import { NORMALIZATION_EPSILON, planModel } from "../cnn/shapes.ts";
import type { RefittedModel } from "./model-file.ts";
import { encodeSafetensors, type NamedTensor } from "./safetensors.ts";

/**
 * A model as one safetensors file that explains itself: its metadata (text -> text, JSON where it is more than a
 * word) tells the layers in order, the images they take and how their pixels are scaled.
 */
export function encodeSafetensorsModel(
  model: RefittedModel,
  tensors: ReadonlyMap<string, NamedTensor>,
): Uint8Array {
  const { study, name, problem, precision, bsweep } = model;
  const { height, width, channels, classes } = problem;
  const metadata = {
    format: "bsweep-cnn",
    ...{ study, name, bsweep },
    layers: JSON.stringify(planModel(model).layers),
    input: JSON.stringify({ shape: [height, width, channels], order: "NHWC", pixelScale: 1 / 255 }),
    classes: String(classes),
    output: "logits; softmax gives probabilities",
    normalizationEpsilon: String(NORMALIZATION_EPSILON),
    trainedPrecision: precision,
  };
  return encodeSafetensors({ tensors, metadata });
}
