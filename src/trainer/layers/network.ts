import type { Activation, CnnLayer, ImageShape } from "../../cnn/shapes.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { activate } from "../graph/operations/activation.ts";
import { averagePool, maxPool } from "../graph/operations/pooling.ts";
import { cast } from "../graph/operations/arithmetic.ts";
import { crop, reshape } from "../graph/operations/shape.ts";
import { normalizationLayer } from "./batch-normalization.ts";
import { convolutionLayer } from "./convolution.ts";
import { denseLayer } from "./dense.ts";
import { dropoutLayer } from "./dropout.ts";
import {
  type ForwardMode,
  type Layer,
  type LayerContext,
  type LayerVariable,
  stateless,
} from "./layer.ts";
import { usedPart } from "./used-part.ts";

export interface Network {
  readonly variables: readonly LayerVariable[];
  /** From images [batch, height, width, channels], float32 in [0, 1], to logits [batch, classes], float32. */
  readonly forward: (images: GraphTensor, mode: ForwardMode) => GraphTensor;
}

/** Makes the variables of the planned layers (core/cnn.ts), for images of that shape. */
export function createNetwork(
  context: LayerContext,
  plan: readonly CnnLayer[],
  input: ImageShape,
): Network {
  const layers = plan.flatMap((layer, index) => [
    createLayer(context, layer, plan[index - 1]?.output ?? input),
    ...activationAfter(plan, index).map((name) => stateless((value) => activate(value, name))),
  ]);
  const [height, width] = usedPart(plan, input);
  return {
    variables: layers.flatMap(({ variables }) => variables),
    forward: (images, mode) =>
      cast(
        layers.reduce((value, layer) => layer.forward(value, mode), crop(images, height, width)),
        "float32",
      ),
  };
}

/**
 * What is activated after that layer. A function that only rises has the same maximum before and after it,
 * and the same gradient: max pooling goes first and leaves a quarter of the elements to activate.
 */
function activationAfter(plan: readonly CnnLayer[], index: number): readonly Activation[] {
  const [previous, layer, next] = [plan[index - 1], plan[index], plan[index + 1]];
  if (isMaxPooling(layer)) return activationOf(previous);
  return isMaxPooling(next) ? [] : activationOf(layer);
}

function activationOf(layer: CnnLayer | undefined): readonly Activation[] {
  return layer === undefined || !("activation" in layer) || layer.activation === "linear"
    ? []
    : [layer.activation];
}

function isMaxPooling(layer: CnnLayer | undefined): boolean {
  return layer?.kind === "pooling" && layer.pooling === "max";
}

/** One line a kind: a new layer is a file of its own and a case here. */
function createLayer(context: LayerContext, layer: CnnLayer, [, , channels]: ImageShape): Layer {
  switch (layer.kind) {
    case "convolution":
      return convolutionLayer(context, layer, channels);
    case "batch-normalization":
      return normalizationLayer(context, layer);
    case "pooling":
      return stateless(layer.pooling === "max" ? maxPool : averagePool);
    case "flatten":
      return stateless((value) => reshape(value, [-1, layer.output[2]]));
    case "dense":
      return denseLayer(context, layer, channels);
    case "dropout":
      return dropoutLayer(layer.rate);
  }
}
