import {
  type Activation,
  type CnnLayer,
  IMAGES,
  type ImageShape,
  POOL_SIZE,
  sourceOf,
} from "../../cnn/shapes.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { activate } from "../graph/operations/activation.ts";
import { addTensors, cast, crop, elementwise, reshape } from "../graph/operations/tensors.ts";
import { averagePool, conv2d, maxPool, maxPoolOfRelu } from "../graph/operations/convolution.ts";
import { globalAverage } from "../graph/operations/global-average.ts";
import { isRising } from "../graph/operations/rising-activation.ts";
import { dropout } from "../graph/operations/random.ts";
import {
  type ForwardMode,
  kernel as makeKernel,
  type Layer,
  type LayerContext,
  type LayerVariable,
  stateless,
  vector,
} from "./layer.ts";
import { biasAdd, matMul } from "../graph/operations/matrix-product.ts";
import { normalizeBatch, normalizeWith } from "../graph/operations/batch-normalization.ts";
import { readVariable, subtractFromVariable, type Variable } from "../graph/operations/variable.ts";

export interface Network {
  readonly variables: readonly LayerVariable[];
  /** From images [batch, height, width, channels], float32 in [0, 1], to logits [batch, classes], float32. */
  readonly forward: (images: GraphTensor, mode: ForwardMode) => GraphTensor;
}

/** Makes the variables of the planned layers (cnn/shapes.ts), for images of that shape. */
export function createNetwork(
  context: LayerContext,
  plan: readonly CnnLayer[],
  input: ImageShape,
): Network {
  const steps = plan.map((planned, index) => ({
    planned,
    layer: createLayer(context, planned, plan[index - 1], channelsInto(plan, index, input)),
    activations: activationAfter(plan, index),
  }));
  const [height, width] = usedPart(plan, input);
  return {
    variables: steps.flatMap(({ layer }) => layer.variables),
    forward: (images, mode) => {
      let value = crop(images, height, width);
      const outputs = new Map([[IMAGES, value]]);
      for (const { planned, layer, activations } of steps) {
        const taken = layer.forward(outputs.get(sourceOf(planned) ?? "") ?? value, mode);
        value = activations.reduce(activate, withShortcut(planned, taken, outputs));
        outputs.set(planned.name, value);
      }
      return cast(value, "float32");
    },
  };
}

/** What an addition takes beside the layer before it. */
function withShortcut(
  planned: CnnLayer,
  value: GraphTensor,
  outputs: ReadonlyMap<string, GraphTensor>,
): GraphTensor {
  const other = planned.kind === "addition" ? outputs.get(planned.from) : undefined;
  return other === undefined ? value : addTensors(value, cast(other, value.dtype));
}

function channelsInto(plan: readonly CnnLayer[], index: number, input: ImageShape): number {
  const layer = plan[index];
  const source = layer === undefined ? undefined : sourceOf(layer);
  const before = source === undefined ? plan[index - 1] : plan.find(({ name }) => name === source);
  return (before?.output ?? input)[2];
}

/**
 * What is activated after that layer. A function that only rises has the same maximum before and after it,
 * and the same gradient: max pooling goes first and leaves a quarter of the elements to activate, or has relu in it.
 */
function activationAfter(plan: readonly CnnLayer[], index: number): readonly Activation[] {
  const [previous, layer, next] = [plan[index - 1], plan[index], plan[index + 1]];
  if (isMaxPooling(layer))
    return hasFreeRelu(previous) || !goesAfterPooling(previous) ? [] : activationOf(previous);
  return isMaxPooling(next) && goesAfterPooling(layer) ? [] : activationOf(layer);
}

function goesAfterPooling(layer: CnnLayer | undefined): boolean {
  return activationOf(layer).every(isRising);
}

function activationOf(layer: CnnLayer | undefined): readonly Activation[] {
  return layer === undefined || !("activation" in layer) || layer.activation === "linear"
    ? []
    : [layer.activation];
}

/** TensorFlow computes relu right after a convolution together with it. */
function hasFreeRelu(layer: CnnLayer | undefined): boolean {
  return layer?.kind === "convolution" && layer.activation === "relu";
}

function isMaxPooling(layer: CnnLayer | undefined): boolean {
  return layer?.kind === "pooling" && layer.pooling === "max";
}

function createLayer(
  context: LayerContext,
  layer: CnnLayer,
  previous: CnnLayer | undefined,
  channels: number,
): Layer {
  switch (layer.kind) {
    case "convolution":
    case "dense":
      return weightedLayer(context, layer, channels);
    case "addition":
      return stateless((value) => value);
    case "batch-normalization":
      return normalizationLayer(context, layer);
    case "pooling":
      if (layer.pooling === "average") return stateless(averagePool);
      return stateless(hasFreeRelu(previous) ? maxPoolOfRelu : maxPool);
    case "global-pooling":
      return stateless(globalAverage);
    case "flatten":
      return stateless((value) => reshape(value, [-1, layer.output[2]]));
    case "dropout":
      return stateless((input, { training }) =>
        training === undefined
          ? input
          : dropout(input, layer.rate, training.seed, training.nextRandomUse()),
      );
  }
}

/**
 * Height and width of the upper left part of the images that the network's output depends on. Pooling
 * leaves an odd last row or column out, so with `valid` padding all that only they depend on need not be
 * computed: of 28 x 28 digits the default network sees 26 x 26, and its second convolution does a sixth less.
 */
export function usedPart(
  plan: readonly CnnLayer[],
  input: ImageShape,
): readonly [height: number, width: number] {
  return [0, 1].map((axis) => usedLength(plan, input, axis)) as [number, number];
}

function usedLength(plan: readonly CnnLayer[], input: ImageShape, axis: number): number {
  let used = 0;
  for (let index = plan.length - 1; index >= 0; index--) {
    const layer = plan[index];
    const whole = (plan[index - 1]?.output ?? input)[axis] ?? 0;
    if (layer?.kind === "pooling") used *= POOL_SIZE;
    else if (layer?.kind === "convolution" && layer.padding === "valid")
      used += layer.kernelSize - 1;
    else used = whole;
  }
  return used;
}

type Weighted = Extract<CnnLayer, { kind: "convolution" | "dense" }>;

/**
 * conv2d(input, kernel) + bias or input x kernel + bias, not yet activated. The kernel is
 * [kernelSize, kernelSize, channels, filters] or [inputs, units].
 */
export function weightedLayer(context: LayerContext, layer: Weighted, inputs: number): Layer {
  const [, , outputs] = layer.output;
  const side = layer.kind === "convolution" ? layer.kernelSize : 1;
  const shape = [...(layer.kind === "convolution" ? [side, side] : []), inputs, outputs];
  const fans = [side * side * inputs, side * side * outputs] as const;
  const kernel = makeKernel(context, `${layer.name}/kernel`, shape, fans);
  const bias = layer.bias ? vector(context, `${layer.name}/bias`, outputs, "offset", 0) : undefined;
  return {
    variables: bias === undefined ? [kernel] : [kernel, bias],
    forward: (input, { precision, read, training }) => {
      const weights = cast(read(kernel.variable), precision);
      const values = cast(input, precision);
      const sum =
        layer.kind === "convolution"
          ? conv2d(values, weights, layer.padding, training?.filterGradient)
          : matMul(values, weights);
      return bias === undefined ? sum : biasAdd(sum, cast(read(bias.variable), sum.dtype));
    },
  };
}

type Normalization = Extract<CnnLayer, { kind: "batch-normalization" }>;

/** Weight of a batch in the moving averages: short trainings have few batches. */
const BATCH_WEIGHT = 0.1;

/**
 * Batch normalization, not yet activated: over the batch in training, with moving averages of its means and
 * variances in evaluation.
 */
export function normalizationLayer(
  context: LayerContext,
  { name, output: [height, width, channels] }: Normalization,
): Layer {
  const make = (part: string, role: "scale" | "offset" | "statistic", value: 0 | 1) =>
    vector(context, `${name}/${part}`, channels, role, value);
  const gamma = make("gamma", "scale", 1);
  const beta = make("beta", "offset", 0);
  const mean = make("mean", "statistic", 0);
  const variance = make("variance", "statistic", 1);
  return {
    variables: [gamma, beta, mean, variance],
    forward: (input, mode) => {
      const images = asImages(input, [height, width, channels]);
      const scale = mode.read(gamma.variable);
      const offset = mode.read(beta.variable);
      if (mode.training === undefined) {
        const [average, spread] = [mode.read(mean.variable), mode.read(variance.variable)];
        const output = normalizeWith(images, scale, offset, average, spread);
        return reshape(output, input.shape);
      }
      const batch = normalizeBatch(images, scale, offset);
      mode.training.alsoRun(moveTowards(mean.variable, batch.mean));
      mode.training.alsoRun(moveTowards(variance.variable, batch.variance));
      return reshape(batch.output, input.shape);
    },
  };
}

/** Rows of a dense layer become images of one pixel. */
function asImages(input: GraphTensor, shape: ImageShape): GraphTensor {
  return input.shape.length === 4 ? input : reshape(input, [-1, ...shape]);
}

function moveTowards(statistic: Variable, value: GraphTensor) {
  const distance = elementwise("Sub", readVariable(statistic), value);
  return subtractFromVariable(statistic, elementwise("Mul", distance, BATCH_WEIGHT));
}
