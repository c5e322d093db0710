import type { DatasetHeader } from "../core/dataset.ts";
import type { CnnParameters } from "./parameters.ts";
import { endsUnit, whyNoUnit } from "./residual.ts";

/** Height, width, channels of one example's activations. */
export type ImageShape = readonly [height: number, width: number, channels: number];

export type Activation = CnnParameters["activation"];

/** One layer of the network, in order, with the shape it gives for one example. */
export type CnnLayer = {
  /** Unique in the network, and the stem of its variables' names: `block1/conv1`. */
  readonly name: string;
  readonly output: ImageShape;
} & (
  | ({
      readonly kind: "convolution";
      readonly filters: number;
      readonly kernelSize: number;
      readonly padding: "valid" | "same";
      /** What it takes, by name, or `IMAGES`; absent: the layer before it. */
      readonly from?: string;
    } & LayerEnd)
  /** Adds what the layer of that name (or `IMAGES`) gave to what the one before gives. */
  | { readonly kind: "addition"; readonly from: string; readonly activation: Activation }
  | { readonly kind: "batch-normalization"; readonly activation: LayerEnd["activation"] }
  | { readonly kind: "pooling"; readonly pooling: "max" | "average" }
  | { readonly kind: "flatten" }
  /** The mean of each channel. */
  | { readonly kind: "global-pooling" }
  | ({ readonly kind: "dense"; readonly units: number } & LayerEnd)
  | { readonly kind: "dropout"; readonly rate: number }
);

/** How a layer ends: with neither activation nor bias before a normalization, which then has both. */
interface LayerEnd {
  readonly activation: Activation | "linear";
  readonly bias: boolean;
}

/** What an image data set tells about the network's two ends. */
export type CnnProblem = Pick<DatasetHeader, "height" | "width" | "channels" | "classes">;

export interface CnnPlan {
  readonly layers: readonly CnnLayer[];
  /** Trainable numbers. */
  readonly parameters: number;
  /** Forward pass of one example; a multiplication and its addition count as two. */
  readonly flopsPerExample: number;
  /** Activations of one example, in numbers of four bytes. */
  readonly activationsPerExample: number;
}

/** Layers, or the reason why there can be no such network. */
export type CnnPlanning =
  { readonly ok: true; readonly plan: CnnPlan } | { readonly ok: false; readonly reason: string };

/** Pooling windows are 2 x 2 with stride 2; an odd last row or column is left out. */
export const POOL_SIZE = 2;

/** What stands for the images among the names of layers. */
export const IMAGES = "images";

/** Added to the variance by a normalization, as in Keras. */
export const NORMALIZATION_EPSILON = 1e-3;

/** From parameters to layers, shapes, parameter count and FLOPs. Pure: `plan` and the trainer share it. */
export function planCnn(params: CnnParameters, problem: CnnProblem): CnnPlanning {
  const input: ImageShape = [problem.height, problem.width, problem.channels];
  const layers: CnnLayer[] = [];
  for (let block = 0; block < params.blocks; block++) {
    const reason = addBlock(layers, input, params, block);
    if (reason !== undefined) return { ok: false, reason };
  }
  addHead(layers, params, problem.classes);
  return { ok: true, plan: { layers, ...measure(layers, input) } };
}

/** The network of a model. @throws TypeError for parameters that its description would not have been read with */
export function planModel(model: { params: CnnParameters; problem: CnnProblem }): CnnPlan {
  const planning = planCnn(model.params, model.problem);
  if (!planning.ok) throw new TypeError(`there is no such network: ${planning.reason}`);
  return planning.plan;
}

/** What a network costs, or why it cannot be. */
type CnnSizing =
  | { readonly ok: true; readonly size: Omit<CnnPlan, "layers"> }
  | Extract<CnnPlanning, { readonly ok: false }>;

/** `planCnn` for many trials of one problem: networks of one size are planned once, and their layers not kept. */
export function createCnnSizer(problem: CnnProblem): (params: CnnParameters) => CnnSizing {
  const sizings = new Map<string, CnnSizing>();
  return (params) => {
    const { filters, kernelSize, convLayers, blocks, padding, denseLayers, denseUnits } = params;
    const { batchNormalization: normalized, dropout, globalPooling, residual } = params;
    const network = `${filters} ${kernelSize} ${convLayers} ${blocks} ${padding} ${denseLayers} ${denseUnits} ${dropout > 0} ${normalized} ${globalPooling} ${residual}`;
    const sizing = sizings.get(network) ?? sizeOf(planCnn(params, problem));
    sizings.set(network, sizing);
    return sizing;
  };
}

function sizeOf(planning: CnnPlanning): CnnSizing {
  if (!planning.ok) return planning;
  const { parameters, flopsPerExample, activationsPerExample } = planning.plan;
  return { ok: true, size: { parameters, flopsPerExample, activationsPerExample } };
}

function shapeAfter(layers: readonly CnnLayer[], input: ImageShape): ImageShape {
  return layers.at(-1)?.output ?? input;
}

function addBlock(
  layers: CnnLayer[],
  input: ImageShape,
  params: CnnParameters,
  block: number,
): string | undefined {
  const filters = params.filters * 2 ** block;
  const { kernelSize, padding } = params;
  const reason = whyNoUnit(params);
  if (reason !== undefined) return reason;
  let unit = layers.length;
  for (let index = 1; index <= params.convLayers; index++) {
    const [height, width] = shapeAfter(layers, input);
    const lost = padding === "valid" ? kernelSize - 1 : 0;
    if (height <= lost || width <= lost) {
      return `block ${block + 1}, convolution ${index}: a ${kernelSize} x ${kernelSize} kernel without padding does not fit ${height} x ${width}`;
    }
    const name = `block${block + 1}/conv${index}`;
    const output: ImageShape = [height - lost, width - lost, filters];
    const isLast = endsUnit(params, index);
    addActivated(layers, isLast ? { ...params, activation: "linear" } : params, (end) => ({
      ...{ kind: "convolution", name, filters, kernelSize, padding, ...end, output },
    }));
    if (!isLast) continue;
    addShortcut(layers, input, params, unit);
    unit = layers.length;
  }
  const [height, width] = shapeAfter(layers, input);
  if (height < POOL_SIZE || width < POOL_SIZE) {
    return `block ${block + 1}: nothing is left to pool at ${height} x ${width}`;
  }
  const output: ImageShape = [
    Math.floor(height / POOL_SIZE),
    Math.floor(width / POOL_SIZE),
    filters,
  ];
  layers.push({ kind: "pooling", name: `block${block + 1}/pool`, pooling: params.pooling, output });
  return undefined;
}

/**
 * Adds what went into the layers from number `start` on to what they give (He et al., CVPR 2016), through a 1 x 1 convolution
 * where channels differ (their option B).
 */
function addShortcut(
  layers: CnnLayer[],
  input: ImageShape,
  params: CnnParameters,
  start: number,
): void {
  const { name = IMAGES, output: before = input } = layers[start - 1] ?? {};
  const given = layers.at(-1);
  if (given === undefined) return;
  const { output } = given;
  const stem = layers[start]?.name ?? "";
  const [, , filters] = output;
  const isSame = before[2] === filters;
  if (!isSame) {
    const projection = { kernelSize: 1, padding: "same", from: name, filters, output } as const;
    addActivated(layers, { ...params, activation: "linear" }, (end) => ({
      ...{ kind: "convolution", name: `${stem}/shortcut`, ...projection, ...end },
    }));
  }
  const { activation } = params;
  const from = isSame ? name : given.name;
  layers.push({ kind: "addition", name: `${stem}/sum`, from, activation, output });
}

function addActivated(
  layers: CnnLayer[],
  {
    activation,
    batchNormalization,
  }: { activation: LayerEnd["activation"]; batchNormalization: boolean },
  layerWith: (end: LayerEnd) => CnnLayer,
): void {
  if (!batchNormalization) {
    layers.push(layerWith({ activation, bias: true }));
    return;
  }
  const layer = layerWith({ activation: "linear", bias: false });
  const { name, output } = layer;
  layers.push(layer, { kind: "batch-normalization", name: `${name}/norm`, activation, output });
}

function addHead(layers: CnnLayer[], params: CnnParameters, classes: number): void {
  const [height, width, channels] = shapeAfter(layers, [0, 0, 0]);
  layers.push(
    params.globalPooling
      ? { kind: "global-pooling", name: "global-pool", output: [1, 1, channels] }
      : { kind: "flatten", name: "flatten", output: [1, 1, height * width * channels] },
  );
  const { denseUnits: units, dropout: rate } = params;
  for (let index = 1; index <= params.denseLayers; index++) {
    const output: ImageShape = [1, 1, units];
    const name = `dense${index}`;
    addActivated(layers, params, (end) => ({ kind: "dense", name, units, ...end, output }));
    if (rate > 0) layers.push({ kind: "dropout", name: `dropout${index}`, rate, output });
  }
  layers.push({
    kind: "dense",
    name: "logits",
    units: classes,
    activation: "linear",
    bias: true,
    output: [1, 1, classes],
  });
}

function measure(layers: readonly CnnLayer[], input: ImageShape): Omit<CnnPlan, "layers"> {
  let parameters = 0;
  let flopsPerExample = 0;
  let activationsPerExample = size(input);
  const outputs = new Map([[IMAGES, input]]);
  let previous = input;
  for (const layer of layers) {
    const weights = weightsPerOutput(layer, outputs.get(sourceOf(layer) ?? "") ?? previous);
    parameters += (weights + offsetsPerOutput(layer)) * layer.output[2];
    flopsPerExample += 2 * weights * size(layer.output);
    activationsPerExample += size(layer.output);
    previous = layer.output;
    outputs.set(layer.name, previous);
  }
  return { parameters, flopsPerExample, activationsPerExample };
}

/** The layer whose output a layer takes first, where that is not the one before it. */
export function sourceOf(layer: CnnLayer): string | undefined {
  return layer.kind === "convolution" ? layer.from : undefined;
}

/** Weights behind one output number, the bias left out; 0 for layers without variables. */
function weightsPerOutput(layer: CnnLayer, input: ImageShape): number {
  if (layer.kind === "convolution") return layer.kernelSize ** 2 * input[2];
  return layer.kind === "dense" ? input[2] : 0;
}

/** Biases; a normalization's scale and offset. */
function offsetsPerOutput(layer: CnnLayer): number {
  if (layer.kind === "batch-normalization") return 2;
  return "bias" in layer && layer.bias ? 1 : 0;
}

function size([height, width, channels]: ImageShape): number {
  return height * width * channels;
}
