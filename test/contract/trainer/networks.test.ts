import type { Tensor2D } from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { type CnnProblem, planCnn } from "../../../src/cnn/shapes.ts";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { differentiate } from "../../../src/trainer/graph/gradients.ts";
import { countElements, Graph } from "../../../src/trainer/graph/graph.ts";
import {
  constant,
  constantTensor,
  placeholder,
  sumAll,
} from "../../../src/trainer/graph/operations/tensors.ts";
import { crossEntropy } from "../../../src/trainer/graph/operations/cross-entropy.ts";
import { assignVariable, identity } from "../../../src/trainer/graph/operations/variable.ts";
import { createEvaluation, TrainingPass } from "../../../src/trainer/layers/layer.ts";
import { createNetwork } from "../../../src/trainer/layers/network.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { createOracle, differentiateOracle, setOracleWeights } from "../../support/oracle.ts";
import { drawLabels, drawNormal, openSession, relativeDifference } from "../../support/graph.ts";

const tf = loadTensorFlow({ threads: 1 });

const PROBLEM = { height: 13, width: 14, channels: 2, classes: 7 };
const BATCH = 5;

/** Every value of every structural parameter occurs, with and without normalization. */
const structures: readonly (readonly [Partial<CnnParameters>, Partial<CnnProblem>?])[] = [
  [{ filters: 4, denseUnits: 16 }],
  [{ filters: 3, blocks: 1, convLayers: 2, padding: "same", activation: "elu", denseLayers: 0 }],
  [{ filters: 3, blocks: 3, padding: "same", activation: "tanh", pooling: "average" }],
  [{ filters: 4, kernelSize: 4, padding: "same", activation: "sigmoid", denseLayers: 2 }],
  [{ filters: 2, kernelSize: 5, blocks: 1, pooling: "average", denseLayers: 2, denseUnits: 9 }],
  [{ filters: 4, activation: "gelu", padding: "same", convLayers: 2, globalPooling: true }],
  [{ filters: 4, activation: "silu", pooling: "average", globalPooling: true, denseLayers: 0 }],
  [{ filters: 2, residual: true, padding: "same", convLayers: 3, globalPooling: true }],
  [{ filters: 3, residual: true, padding: "same", blocks: 3, activation: "silu" }],
  [{ filters: 5, kernelSize: 1, blocks: 3, convLayers: 2, denseUnits: 8 }],
  [
    { filters: 4, denseUnits: 8 },
    { height: 15, width: 11, channels: 1, classes: 2 },
  ],
  [
    { filters: 4, denseUnits: 8 },
    { height: 10, width: 23, channels: 3, classes: 12 },
  ],
  [
    { filters: 4, kernelSize: 2, padding: "same" },
    { height: 9, width: 9, channels: 3 },
  ],
];

const networks = structures.flatMap(([changes, problem = {}]) =>
  [false, true].map((batchNormalization) => ({
    params: { ...changes, batchNormalization },
    problem: { ...PROBLEM, ...problem },
  })),
);

test.each(networks)("loss and gradients of $params, $problem are those of tf.layers", (row) => {
  const params = resolveCnnParameters(row.params);
  const planning = planCnn(params, row.problem);
  if (!planning.ok) throw new Error(planning.reason);
  const { height, width, channels, classes } = row.problem;

  const graph = new Graph();
  let uses = 0;
  const context = { graph, nextRandomUse: () => uses++, initializer: params.initializer };
  const network = createNetwork(context, planning.plan.layers, [height, width, channels]);
  const images = placeholder(graph, "images", "float32", [-1, height, width, channels]);
  const labels = placeholder(graph, "labels", "int32", [-1]);
  const mode = new TrainingPass("float32", constantTensor(graph, Int32Array.of(1, 2), [2]));
  const loss = sumAll(crossEntropy(network.forward(images, mode), labels));
  const gradients = differentiate(loss, [...mode.reads.values()]);
  const names = [...mode.reads.keys()].map(({ name }) => name);
  const trained = network.variables.filter(({ role }) => role !== "statistic");
  expect(names).toEqual(trained.map(({ variable }) => variable.name));
  const values = network.variables.map(({ variable: { name, dtype, shape }, role }) => ({
    input: placeholder(graph, `${name}/value`, dtype, shape),
    // Weights near those training meets, biases not zero; a variance is above 0.
    value: drawNormal(countElements(shape), name).map((x) =>
      role === "statistic" ? 0.1 + x * x : x * 0.3,
    ),
    shape: [...shape],
  }));
  const assigned = network.variables.flatMap(({ variable }, at) => {
    const input = values[at]?.input;
    return input === undefined ? [] : [assignVariable(variable, input)];
  });
  graph.signatures.set("assign", {
    inputs: Object.fromEntries(values.map(({ input }, at) => [String(at), input])),
    outputs: { done: identity(constant(graph, 1), assigned) },
  });
  graph.signatures.set("gradients", {
    inputs: { images, labels },
    outputs: { loss, ...Object.fromEntries(gradients.map((g, at) => [`gradient${at}`, g])) },
  });
  const evaluation = createEvaluation("float32", (variable) => variable);
  graph.signatures.set("evaluate", {
    inputs: { images },
    outputs: { logits: network.forward(images, evaluation) },
  });
  const session = openSession(tf, graph);
  session.run("assign", Object.fromEntries(values.map(({ value }, at) => [String(at), value])));
  const pixels = drawNormal(BATCH * height * width * channels, "pixels");
  const truth = drawLabels(BATCH, classes, "truth");
  const evaluated = session.run("evaluate", { images: pixels });
  const fetched = session.run("gradients", { images: pixels, labels: truth });

  const model = createOracle(tf, planning.plan.layers, row.problem);
  const sizes = model.trainableWeights.map(({ shape }) => countElements(shape.map(Number)));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(planning.plan.parameters);
  setOracleWeights(
    model,
    values.map(({ value, shape }) => tf.tensor(value, shape)),
  );
  const batch = tf.tensor(pixels, [BATCH, height, width, channels]);
  const logits = model.apply(batch) as Tensor2D;
  expect(relativeDifference(evaluated["logits"] ?? [], logits)).toBeLessThan(1e-5);
  const expected = differentiateOracle(tf, model, { images: batch, labels: truth, classes });
  expect(relativeDifference(fetched["loss"] ?? [], expected.loss)).toBeLessThan(1e-5);
  expect(expected.gradients).toHaveLength(names.length);
  for (const [at, gradient] of expected.gradients.entries()) {
    const difference = relativeDifference(fetched[`gradient${at}`] ?? [], gradient);
    expect(difference, names[at]).toBeLessThan(1e-4);
  }
});
