import type { Tensor } from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { differentiate } from "../../../src/trainer/graph/gradients.ts";
import { Graph } from "../../../src/trainer/graph/graph.ts";
import { activate } from "../../../src/trainer/graph/operations/activation.ts";
import {
  constant,
  elementwise,
  multiply,
  placeholder,
  sumAll,
} from "../../../src/trainer/graph/operations/tensors.ts";
import { biasAdd, matMul } from "../../../src/trainer/graph/operations/matrix-product.ts";
import {
  assignVariable,
  identity,
  readVariable,
  variable,
} from "../../../src/trainer/graph/operations/variable.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { drawNormal, openSession, relativeDifference, runOnce } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

/** A total that grows by the sum of each pair fed, [n, 2]. */
function countingGraph(): Graph {
  const graph = new Graph();
  const total = variable(graph, "total", "float32", []);
  const pairs = placeholder(graph, "pairs", "float32", [-1, 2]);
  const grown = elementwise("AddV2", readVariable(total), sumAll(pairs));
  const reset = assignVariable(total, constant(graph, 0));
  graph.signatures.set("reset", {
    inputs: {},
    outputs: { done: identity(constant(graph, 1), [reset]) },
  });
  graph.signatures.set("add", {
    inputs: { pairs },
    outputs: {
      total: identity(grown, [assignVariable(total, grown)]),
      // TensorFlow refuses to give back a fed tensor itself.
      pairs: identity(pairs, []),
    },
  });
  return graph;
}

test("variables keep their value between calls; the open size follows from what is fed", () => {
  const session = openSession(tf, countingGraph());
  session.run("reset", {});
  expect(session.run("add", { pairs: Float32Array.of(1, 2) })["total"]).toEqual(Float32Array.of(3));
  const second = session.run("add", { pairs: Float32Array.of(1, 2, 3, 4) });
  expect(second).toEqual({ total: Float32Array.of(13), pairs: Float32Array.of(1, 2, 3, 4) });
});

test("two sessions of one process do not share variables", () => {
  const [one, other] = [openSession(tf, countingGraph()), openSession(tf, countingGraph())];
  for (const session of [one, other]) session.run("reset", {});
  one.run("add", { pairs: Float32Array.of(1, 2) });
  expect(other.run("add", { pairs: Float32Array.of(10, 20) })["total"]).toEqual(
    Float32Array.of(30),
  );
});

test("what cannot be fed is a clear error, and the session goes on", () => {
  const session = openSession(tf, countingGraph());
  session.run("reset", {});
  expect(() => session.run("subtract", {})).toThrow("the graph has no signature subtract");
  expect(() => session.run("add", {})).toThrow("nothing is fed to pairs");
  expect(() => session.run("add", { pairs: Float32Array.of(1, 2, 3) })).toThrow(
    "pairs [-1, 2] is fed 3 values",
  );
  expect(() => session.run("add", { pairs: Int32Array.of(1, 2) })).toThrow("type");
  expect(() => session.run("add", { pairs: "1, 2" })).toThrow("string");
  expect(session.run("add", { pairs: Float32Array.of(1, 2) })["total"]).toEqual(Float32Array.of(3));
});

test("a scalar takes one value", () => {
  const graph = new Graph();
  const rate = placeholder(graph, "rate", "float32", []);
  expect(() => runOnce(tf, graph, { rate }, { rate }, { rate: new Float32Array(2) })).toThrow(
    "rate [] is fed 2 values",
  );
});

test("no tensor is left behind, by steps or by errors", () => {
  const session = openSession(tf, countingGraph());
  session.run("reset", {});
  const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
  const before = binding.getNumOfTensors();
  for (let step = 0; step < 500; step++) {
    session.run("add", { pairs: Float32Array.of(1, 2) });
    expect(() => session.run("add", { pairs: new Float32Array(3) })).toThrow();
    expect(() => session.run("add", { pairs: "x" })).toThrow();
  }
  expect(binding.getNumOfTensors()).toBe(before);
});

test("gradients of paths that meet add up", () => {
  const graph = new Graph();
  const input = placeholder(graph, "input", "float32", [-1, 3]);
  const weights = placeholder(graph, "weights", "float32", [3, 3]);
  const bias = placeholder(graph, "bias", "float32", [3]);
  const scale = placeholder(graph, "scale", "float32", []);
  // The weights are used twice, one after the other, and the bias three times.
  const hidden = activate(biasAdd(matMul(input, weights), bias), "tanh");
  const output = biasAdd(biasAdd(matMul(hidden, weights), bias), bias);
  const gradients = differentiate(sumAll(multiply(output, scale)), [weights, bias, input]);
  const values = {
    input: drawNormal(6, "input"),
    weights: drawNormal(9, "weights"),
    bias: drawNormal(3, "bias"),
    scale: Float32Array.of(0.7),
  };
  const fetched = runOnce(
    tf,
    graph,
    { input, weights, bias, scale },
    Object.fromEntries(gradients.map((gradient, at) => [`gradient${at}`, gradient])),
    values,
  );
  const expected = tf.grads((w: Tensor, b: Tensor, x: Tensor) => {
    const inner = tf.tanh(tf.add(tf.matMul(x, w), b));
    const outer = tf.add(tf.add(tf.matMul(inner, w), b), b);
    return tf.sum(tf.mul(outer, 0.7));
  })([
    tf.tensor2d(values.weights, [3, 3]),
    tf.tensor1d(values.bias),
    tf.tensor2d(values.input, [2, 3]),
  ]);
  for (const [at, gradient] of expected.entries()) {
    expect(relativeDifference(fetched[`gradient${at}`] ?? [], gradient)).toBeLessThan(1e-5);
  }
});
