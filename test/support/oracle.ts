import type {
  layers as tfLayers,
  LayersModel,
  Scalar,
  SymbolicTensor,
  Tensor,
  Tensor2D,
} from "@tensorflow/tfjs-node";
import { type Activation, type CnnLayer, type CnnProblem, IMAGES } from "../../src/cnn/shapes.ts";
import type { Shape } from "../../src/trainer/graph/graph.ts";
import type { Tf } from "../../src/trainer/runtime/load.ts";

type Layer = tfLayers.Layer;

/** Keras's. */
export const NORMALIZATION_EPSILON = 1e-3;

/** A network of tf.layers that gives logits, its layers in the order of the planned ones; dropout is left out. */
export function createOracle(
  tf: Tf,
  planned: readonly CnnLayer[],
  { height, width, channels }: CnnProblem,
): LayersModel {
  const images = tf.input({ shape: [height, width, channels] });
  const outputs = new Map([[IMAGES, images]]);
  const layers: Layer[] = [];
  let last = images;
  for (const layer of planned) {
    const from = layer.kind === "convolution" ? layer.from : undefined;
    let value = outputs.get(from ?? "") ?? last;
    for (const own of createOracleLayers(tf, layer)) {
      const other = layer.kind === "addition" ? outputs.get(layer.from) : undefined;
      const isSum = other !== undefined && own.getClassName() === "Add";
      value = own.apply(isSum ? [value, other] : value) as SymbolicTensor;
      layers.push(own);
    }
    outputs.set(layer.name, value);
    last = value;
  }
  const model = tf.model({ inputs: images, outputs: last });
  // It sorts them by how far they are from the output.
  model.layers.sort((a, b) => layers.indexOf(a) - layers.indexOf(b));
  return model;
}

function createOracleLayers(tf: Tf, layer: CnnLayer): readonly Layer[] {
  const activation = "activation" in layer ? activationIn(layer.activation) : "linear";
  switch (layer.kind) {
    case "convolution": {
      const { filters, kernelSize, padding, bias: useBias } = layer;
      return [tf.layers.conv2d({ filters, kernelSize, padding, activation, useBias })];
    }
    case "batch-normalization":
      return [
        tf.layers.batchNormalization({ epsilon: NORMALIZATION_EPSILON }),
        tf.layers.activation({ activation }),
      ];
    case "addition":
      return [tf.layers.add(), tf.layers.activation({ activation })];
    case "pooling": {
      const pool = layer.pooling === "max" ? tf.layers.maxPooling2d : tf.layers.averagePooling2d;
      return [pool({ poolSize: 2, strides: 2, padding: "valid" })];
    }
    case "flatten":
      return [tf.layers.flatten()];
    case "global-pooling":
      return [tf.layers.globalAveragePooling2d({})];
    case "dense": {
      const { units, bias: useBias } = layer;
      return [tf.layers.dense({ units, activation, useBias })];
    }
    case "dropout":
      return [];
  }
}

/** What tfjs calls it. */
function activationIn(name: Activation | "linear") {
  return name === "silu" ? "swish" : name;
}

/** Sets the variables of all layers, in the order in which the planned layers have them. */
export function setOracleWeights(model: LayersModel, weights: readonly Tensor[]): void {
  let from = 0;
  for (const layer of model.layers) {
    const count = layer.getWeights().length;
    layer.setWeights(weights.slice(from, from + count));
    from += count;
  }
}

export interface OracleBatch {
  readonly images: Tensor;
  readonly labels: Int32Array;
  readonly classes: number;
}

export type OracleLoss = (logits: Tensor2D, batch: OracleBatch) => Tensor;

/** The cross-entropy of each example. */
export function crossEntropyOracle(tf: Tf): OracleLoss {
  return (logits, { labels, classes }) =>
    tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, classes)), 1));
}

/**
 * The loss in training mode and its gradients, in the order of the model's trainable weights.
 * @param lossOf by default the sum of the examples' cross-entropy
 */
export function differentiateOracle(
  tf: Tf,
  model: LayersModel,
  batch: OracleBatch,
  lossOf: OracleLoss = crossEntropyOracle(tf),
): { readonly loss: Scalar; readonly gradients: readonly Tensor[] } {
  const variables = model.trainableWeights.flatMap((weight) => {
    const value = weight.read();
    return value instanceof tf.Variable ? [value] : [];
  });
  const { value, grads } = tf.variableGrads(() => {
    const logits = model.apply(batch.images, { training: true }) as Tensor2D;
    return tf.sum(lossOf(logits, batch)).asScalar();
  }, variables);
  const gradients = variables.flatMap(({ name }) => grads[name] ?? []);
  return { loss: value, gradients };
}

/**
 * Kingma & Ba's Adam (ICLR 2015) in float64, in the form they give before section 2.1; with a weight decay that of
 * Loshchilov & Hutter (ICLR 2019, algorithm 2, line 12), the learning rate in place of their schedule multiplier
 * as in PyTorch.
 */
export class AdamReference {
  readonly weights: Float64Array;
  readonly #m: Float64Array;
  readonly #v: Float64Array;
  readonly #weightDecay: number;
  #step = 0;

  constructor(start: ArrayLike<number>, weightDecay = 0) {
    this.#weightDecay = weightDecay;
    this.weights = Float64Array.from(start);
    this.#m = new Float64Array(start.length);
    this.#v = new Float64Array(start.length);
  }

  update(gradient: ArrayLike<number>, learningRate: number): void {
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7];
    this.#step += 1;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
    for (const [at, weight] of this.weights.entries()) {
      const g = gradient[at] ?? NaN;
      const m = beta1 * (this.#m[at] ?? NaN) + (1 - beta1) * g;
      const v = beta2 * (this.#v[at] ?? NaN) + (1 - beta2) * g * g;
      this.#m[at] = m;
      this.#v[at] = v;
      const decayed = weight - learningRate * this.#weightDecay * weight;
      this.weights[at] = decayed - (rate * m) / (Math.sqrt(v) + epsilon);
    }
  }
}

/** Values with the shape tfjs gives them. */
export function toTensors(
  tf: Tf,
  values: readonly ArrayLike<number>[],
  shapes: readonly Shape[],
): Tensor[] {
  return values.map((value, at) => tf.tensor(Float32Array.from(value), [...(shapes[at] ?? [])]));
}
