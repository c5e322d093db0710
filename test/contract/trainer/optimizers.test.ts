import { expect, test } from "vitest";
import type { Optimizer as TfOptimizer, SGDOptimizer } from "@tensorflow/tfjs-node";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { Graph } from "../../../src/trainer/graph/graph.ts";
import {
  constant,
  constantTensor,
  placeholder,
} from "../../../src/trainer/graph/operations/tensors.ts";
import {
  assignVariable,
  identity,
  readVariable,
  type Variable,
  variable,
} from "../../../src/trainer/graph/operations/variable.ts";
import { OPTIMIZERS } from "../../../src/trainer/optimizers.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { AdamReference } from "../../support/oracle.ts";
import { drawNormal, openSession, relativeDifference } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

const SHAPE = [3, 4];
const COUNT = 12;
const STEPS = 20;
const START = drawNormal(COUNT, "start");
const gradientAt = (step: number): Float32Array =>
  // Large and tiny gradients, and some that are exactly zero.
  drawNormal(COUNT, `gradient ${step}`).map((x, at) => (at === 0 ? 0 : x * 10 ** ((at % 5) - 3)));
const rateAt = (step: number): number => 0.05 / step;

/** The weights after each step, as the graph's optimizer makes them. */
function runOptimizer(params: Partial<CnnParameters>, decays = true): Float32Array[] {
  const graph = new Graph();
  const resolved = resolveCnnParameters(params);
  const slots: Variable[] = [];
  const update = OPTIMIZERS[resolved.optimizer](resolved, (name, { shape }) => {
    const slot = variable(graph, name, "float32", shape);
    slots.push(slot);
    return slot;
  });
  const weights = variable(graph, "weights", "float32", SHAPE);
  const gradient = placeholder(graph, "gradient", "float32", SHAPE);
  const learningRate = placeholder(graph, "learningRate", "float32", []);
  const step = placeholder(graph, "step", "float32", []);
  const updated = update({ variable: weights, decays }, gradient, {
    learningRate,
    step,
  });
  const zeros = constantTensor(graph, new Float32Array(COUNT), SHAPE);
  const start = [
    assignVariable(weights, constantTensor(graph, START, SHAPE)),
    ...slots.map((slot) => assignVariable(slot, zeros)),
  ];
  const done = (node: typeof start): ReturnType<typeof identity> =>
    identity(constant(graph, 1), node);
  graph.signatures.set("start", { inputs: {}, outputs: { done: done(start) } });
  graph.signatures.set("update", {
    inputs: { gradient, learningRate, step },
    outputs: { done: done([updated]) },
  });
  graph.signatures.set("weights", { inputs: {}, outputs: { weights: readVariable(weights) } });
  const session = openSession(tf, graph);
  session.run("start", {});
  return Array.from({ length: STEPS }, (_, index) => {
    session.run("update", {
      gradient: gradientAt(index + 1),
      learningRate: Float32Array.of(rateAt(index + 1)),
      step: Float32Array.of(index + 1),
    });
    return Float32Array.from(session.run("weights", {})["weights"] ?? []);
  });
}

/** Largest |a - b| over all steps, relative to the distance the reference has moved from the start. */
function largestDeviation(
  actual: readonly Float32Array[],
  expected: readonly (Float32Array | Float64Array)[],
): number {
  const moved = (weights: Float32Array | Float64Array): number[] =>
    Array.from(weights, (value, at) => value - (START[at] ?? NaN));
  return Math.max(
    ...expected.map((weights, index) =>
      relativeDifference(moved(actual[index] ?? new Float32Array(0)), moved(weights)),
    ),
  );
}

function runAdamReference(weightDecay = 0): Float64Array[] {
  const adam = new AdamReference(START, weightDecay);
  return Array.from({ length: STEPS }, (_, index) => {
    adam.update(gradientAt(index + 1), rateAt(index + 1));
    return adam.weights.slice();
  });
}

/** tfjs's RMSProp reads a protected field at every step, the others a tensor they made of it. */
function setLearningRate(optimizer: TfOptimizer, rate: number): void {
  // instanceof tells nothing: each of tfjs's optimizers counts as an instance of any other.
  if ("setLearningRate" in optimizer) (optimizer as SGDOptimizer).setLearningRate(rate);
  else Object.assign(optimizer, { learningRate: rate });
}

function runOracle(create: () => TfOptimizer): Float32Array[] {
  const optimizer = create();
  const weights = tf.variable(tf.tensor(START, [3, 4]));
  return Array.from({ length: STEPS }, (_, index) => {
    setLearningRate(optimizer, rateAt(index + 1));
    optimizer.applyGradients({ [weights.name]: tf.tensor(gradientAt(index + 1), [3, 4]) });
    return weights.dataSync<"float32">().slice();
  });
}

test("adam follows a float64 reference", () => {
  const actual = runOptimizer({ optimizer: "adam" });
  expect(largestDeviation(actual, runAdamReference())).toBeLessThan(1e-4);
});

test("adamw follows a float64 reference; what does not decay follows adam's", () => {
  const params = { optimizer: "adamw", weightDecay: 0.3 } as const;
  expect(largestDeviation(runOptimizer(params), runAdamReference(0.3))).toBeLessThan(1e-4);
  expect(largestDeviation(runOptimizer(params, false), runAdamReference())).toBeLessThan(1e-4);
  const without = runOptimizer({ optimizer: "adamw", weightDecay: 0 });
  expect(without).toEqual(runOptimizer({ optimizer: "adam" }));
});

test.each<{ params: Partial<CnnParameters>; create: () => TfOptimizer }>([
  { params: { optimizer: "sgd" }, create: () => tf.train.sgd(1) },
  { params: { optimizer: "sgd", momentum: 0.9 }, create: () => tf.train.momentum(1, 0.9) },
  {
    params: { optimizer: "sgd", momentum: 0.9, nesterov: true },
    create: () => tf.train.momentum(1, 0.9, true),
  },
  { params: { optimizer: "rmsprop" }, create: () => tf.train.rmsprop(1, 0.9, 0, 1e-7) },
])("$params follows tf.train", ({ params, create }) => {
  expect(largestDeviation(runOptimizer(params), runOracle(create))).toBeLessThan(1e-4);
});

test("every optimizer is tested here", () => {
  expect(Object.keys(OPTIMIZERS).sort()).toEqual(["adam", "adamw", "rmsprop", "sgd"]);
});
