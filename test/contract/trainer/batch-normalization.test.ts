import type { Tensor1D } from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { Graph } from "../../../src/trainer/graph/graph.ts";
import { cast, placeholder } from "../../../src/trainer/graph/operations/tensors.ts";
import {
  normalizeBatch,
  normalizeWith,
} from "../../../src/trainer/graph/operations/batch-normalization.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { NORMALIZATION_EPSILON } from "../../support/oracle.ts";
import { drawNormal, relativeDifference, roundToBfloat16, runOnce } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

const SHAPE: [number, number, number, number] = [3, 4, 5, 6];
const images = drawNormal(360, "images").map((x) => roundToBfloat16(3 * x + 1));
const [gamma, beta, mean, drawn] = ["gamma", "beta", "mean", "variance"].map((name) =>
  drawNormal(6, name),
) as [Float32Array, Float32Array, Float32Array, Float32Array];
const variance = drawn.map((x) => x * x + 0.1);
const FEEDS = { images, gamma, beta, mean, variance };

function inputsOf(graph: Graph) {
  const channels = (name: string) => placeholder(graph, name, "float32", [6]);
  return {
    images: placeholder(graph, "images", "float32", [-1, 4, 5, 6]),
    gamma: channels("gamma"),
    beta: channels("beta"),
    mean: channels("mean"),
    variance: channels("variance"),
  };
}

test.each([
  ["float32", 1e-5],
  ["bfloat16", 1e-2],
] as const)("a given mean and variance are used as tfjs uses them, %s", (dtype, tolerance) => {
  const graph = new Graph();
  const inputs = inputsOf(graph);
  const output = normalizeWith(
    cast(inputs.images, dtype),
    inputs.gamma,
    inputs.beta,
    inputs.mean,
    inputs.variance,
  );
  expect([output.dtype, output.shape]).toEqual([dtype, [-1, 4, 5, 6]]);
  const fetched = runOnce(tf, graph, inputs, { output: cast(output, "float32") }, FEEDS);
  const vector = (values: Float32Array): Tensor1D => tf.tensor1d(values);
  const expected = tf.batchNorm(
    tf.tensor4d(images, SHAPE),
    ...([mean, variance, beta, gamma].map(vector) as [Tensor1D, Tensor1D, Tensor1D, Tensor1D]),
    NORMALIZATION_EPSILON,
  );
  expect(relativeDifference(fetched["output"] ?? [], expected)).toBeLessThan(tolerance);
});

test("the batch's own mean and unbiased variance are told", () => {
  const graph = new Graph();
  const inputs = inputsOf(graph);
  const batch = normalizeBatch(inputs.images, inputs.gamma, inputs.beta);
  const outputs = { mean: batch.mean, variance: batch.variance };
  const fetched = runOnce(tf, graph, inputs, outputs, FEEDS);
  const moments = tf.moments(tf.tensor4d(images, SHAPE), [0, 1, 2]);
  expect(relativeDifference(fetched["mean"] ?? [], moments.mean)).toBeLessThan(1e-5);
  const unbiased = moments.variance.mul(60 / 59);
  expect(relativeDifference(fetched["variance"] ?? [], unbiased)).toBeLessThan(1e-5);
});

test("a single value is its own mean: the output is beta, and finite", () => {
  const graph = new Graph();
  const row = placeholder(graph, "row", "float32", [-1, 1, 1, 6]);
  const { gamma: scale, beta: offset } = inputsOf(graph);
  const { output, variance: spread } = normalizeBatch(row, scale, offset);
  const inputs = { row, gamma: scale, beta: offset };
  const feeds = { row: drawNormal(6, "row"), gamma, beta };
  const fetched = runOnce(tf, graph, inputs, { output, spread }, feeds);
  expect(fetched["output"]).toEqual(beta);
  expect(fetched["spread"]).toEqual(new Float32Array(6));
});
