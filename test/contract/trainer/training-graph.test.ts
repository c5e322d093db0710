import { expect, test } from "vitest";
import type { CnnParameters } from "../../../src/cnn/parameters.ts";
import { OPTIMIZERS } from "../../../src/trainer/optimizers.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { relativeDifference } from "../../support/graph.ts";
import {
  AdamReference,
  createOracle,
  differentiateOracle,
  setOracleWeights,
  toTensors,
} from "../../support/oracle.ts";
import {
  ALL_ROWS,
  BATCHES,
  HEADER,
  imagesOf,
  LABELS,
  labelsOf,
  RATE,
  runStep,
  startGraph,
  type StartedGraph,
} from "../../support/training-graph.ts";

const tf = loadTensorFlow({ threads: 1 });

const start = (changes: Partial<CnnParameters>): StartedGraph => startGraph(tf, changes);

test("steps on whole and partial batches train as a reference does", () => {
  const { session, plan, shapes, weights } = start({});
  const reference = weights().map((values) => new AdamReference(values));
  const model = createOracle(tf, plan.layers, HEADER);
  for (const rows of BATCHES) {
    const values = reference.map((adam) => adam.weights);
    setOracleWeights(model, toTensors(tf, values, shapes));
    const [images, truth] = [imagesOf(tf, rows), labelsOf(rows)];
    const batch = { images, labels: truth, classes: 5 };
    const { loss, gradients } = differentiateOracle(tf, model, batch);
    for (const [at, gradient] of gradients.entries()) {
      reference[at]?.update(tf.div(gradient, rows.length).dataSync<"float32">(), RATE);
    }
    const actual = runStep(session, rows);
    expect(relativeDifference(actual["loss"] ?? [], tf.div(loss, rows.length))).toBeLessThan(1e-5);
    const predicted = tf.argMax(model.apply(images) as typeof images, 1).dataSync();
    const correct = [...truth].filter((label, at) => label === predicted[at]).length;
    expect(actual["correct"]).toEqual(Float32Array.of(correct));
  }
  for (const [at, values] of weights().entries()) {
    expect(relativeDifference(values, reference[at]?.weights ?? [])).toBeLessThan(1e-4);
  }
});

test("evaluation sums the losses of its rows and counts what is right", () => {
  const { session } = start({});
  const whole = session.run("evaluate", { rows: ALL_ROWS });
  const predictions = [...(whole["predictions"] ?? [])];
  const correct = predictions.filter((prediction, row) => prediction === LABELS[row]).length;
  expect(whole["correct"]).toEqual(Float32Array.of(correct));
  const parts = BATCHES.map((rows) => session.run("evaluate", { rows }));
  const sum = parts.reduce((total, { loss }) => total + (loss?.[0] ?? NaN), 0);
  expect(relativeDifference([sum], whole["loss"] ?? [])).toBeLessThan(1e-5);
  const byRow = BATCHES.flatMap((rows, at) =>
    [...rows].map((row, place) => [row, parts[at]?.["predictions"]?.[place]] as const),
  );
  for (const [row, prediction] of byRow) expect(prediction).toBe(predictions[row]);
});

test("initial weights are Glorot's, a function of the seed, and each variable's own", () => {
  const { weights, shapes } = start({ denseLayers: 2, denseUnits: 96 });
  const values = weights();
  const kernels = values.filter((_, at) => (shapes[at]?.length ?? 0) > 1);
  const biases = values.filter((_, at) => shapes[at]?.length === 1);
  for (const bias of biases) expect(new Set(bias)).toEqual(new Set([0]));
  for (const [at, kernel] of kernels.entries()) {
    const shape = shapes[2 * at] ?? [];
    const area = shape.slice(0, -2).reduce((total, size) => total * size, 1);
    const limit = Math.sqrt(6 / (area * ((shape.at(-2) ?? 0) + (shape.at(-1) ?? 0))));
    const largest = Math.max(...kernel.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(largest).toBeGreaterThan(limit * 0.9);
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
    // Five standard errors of the mean of a uniform distribution.
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * kernel.length));
  }
  expect(start({ denseLayers: 2, denseUnits: 96 }).weights()).toEqual(values);
  const other = startGraph(
    tf,
    { denseLayers: 2, denseUnits: 96 },
    { seed: Int32Array.of(1, 3) },
  ).weights();
  for (const [at, kernel] of kernels.entries()) expect(other[2 * at]).not.toEqual(kernel);
  // Not one stream scaled to each variable's limit.
  const beginnings = kernels.map((kernel) => [...kernel.slice(0, 50)].map(Math.sign).join());
  expect(new Set(beginnings).size).toBe(kernels.length);
});

test("dropout acts in steps, as the step's seed says, and never in evaluation", () => {
  const rows = ALL_ROWS;
  const lossOf = (dropout: number, seed: Int32Array<ArrayBuffer>): number =>
    runStep(start({ dropout }).session, rows, { seed })["loss"]?.[0] ?? NaN;
  const seed = Int32Array.of(5, 6);
  expect(lossOf(0.5, seed)).toBe(lossOf(0.5, seed));
  expect(lossOf(0.5, seed)).not.toBe(lossOf(0.5, Int32Array.of(5, 7)));
  expect(lossOf(0.5, seed)).not.toBe(lossOf(0, seed));
  const evaluated = [0, 0.5].map((dropout) => start({ dropout }).session.run("evaluate", { rows }));
  expect(evaluated[1]).toEqual(evaluated[0]);
});

test.each(Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[])(
  "weights kept come back, whatever %s did to them",
  (optimizer) => {
    const { session, weights } = start({ optimizer, momentum: 0.9 });
    for (const rows of BATCHES) runStep(session, rows);
    const kept = weights();
    session.run("keep", {});
    for (const rows of BATCHES) runStep(session, rows);
    for (const [at, values] of weights().entries()) expect(values).not.toEqual(kept[at]);
    session.run("restore", {});
    expect(weights()).toEqual(kept);
    for (const rows of BATCHES) runStep(session, rows);
    session.run("restore", {});
    expect(weights()).toEqual(kept);
  },
);

test("a row that is not in the data set is an error", () => {
  const { session } = start({});
  expect(() => session.run("evaluate", { rows: Int32Array.of(12) })).toThrow("12");
});
