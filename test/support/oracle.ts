import type { Scalar, Sequential, Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import type { Activation, CnnLayer, CnnProblem } from "../../src/cnn/shapes.ts";
import type { Shape } from "../../src/trainer/graph/graph.ts";
import type { Tf } from "../../src/trainer/runtime/load.ts";

/** Keras's. */
export const NORMALIZATION_EPSILON = 1e-3;

/** A network of tf.layers that gives logits; dropout is left out. */
export function createOracle(
  tf: Tf,
  layers: readonly CnnLayer[],
  { height, width, channels }: CnnProblem,
): Sequential {
  const model = tf.sequential();
  for (const layer of layers) {
    const start = model.layers.length === 0 ? { inputShape: [height, width, channels] } : {};
    addOracleLayer(tf, model, layer, start);
  }
  return model;
}

function addOracleLayer(tf: Tf, model: Sequential, layer: CnnLayer, start: object): void {
  const activation = "activation" in layer ? activationIn(layer.activation) : "linear";
  if (layer.kind === "convolution") {
    const { filters, kernelSize, padding, bias: useBias } = layer;
    model.add(tf.layers.conv2d({ ...start, filters, kernelSize, padding, activation, useBias }));
  } else if (layer.kind === "batch-normalization") {
    model.add(tf.layers.batchNormalization({ epsilon: NORMALIZATION_EPSILON }));
    model.add(tf.layers.activation({ activation }));
  } else if (layer.kind === "pooling") {
    const pool = layer.pooling === "max" ? tf.layers.maxPooling2d : tf.layers.averagePooling2d;
    model.add(pool({ poolSize: 2, strides: 2, padding: "valid" }));
  } else if (layer.kind === "flatten") {
    model.add(tf.layers.flatten());
  } else if (layer.kind === "dense") {
    const { units, bias: useBias } = layer;
    model.add(tf.layers.dense({ units, activation, useBias }));
  } else if (layer.kind === "global-pooling") {
    model.add(tf.layers.globalAveragePooling2d({}));
  }
}

/** What tfjs calls it. */
function activationIn(name: Activation | "linear") {
  return name === "silu" ? "swish" : name;
}

/** Sets the variables of all layers, in the order in which the planned layers have them. */
export function setOracleWeights(model: Sequential, weights: readonly Tensor[]): void {
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
  model: Sequential,
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
