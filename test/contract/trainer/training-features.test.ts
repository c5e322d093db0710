import type { Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import type { CnnParameters } from "../../../src/cnn/parameters.ts";
import { OPTIMIZERS } from "../../../src/trainer/optimizers.ts";
import type { Session } from "../../../src/trainer/graph/session.ts";
import { type Fetched, loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { relativeDifference } from "../../support/graph.ts";
import {
  createOracle,
  differentiateOracle,
  type OracleLoss,
  setOracleWeights,
  toTensors,
} from "../../support/oracle.ts";
import {
  ALL_ROWS,
  BATCHES,
  HEADER,
  imagesOf,
  labelsOf,
  runStep,
  startGraph,
} from "../../support/training-graph.ts";

const tf = loadTensorFlow({ threads: 1 });

/** The batches over and over. */
const batchAt = (step: number): Int32Array => BATCHES[step % BATCHES.length] ?? new Int32Array();

function evaluate(session: Session): Readonly<Record<string, Fetched>> {
  return session.run("evaluate", { rows: ALL_ROWS });
}

describe("batch normalization", () => {
  const params = { batchNormalization: true, denseLayers: 0 };

  test("moving averages of mean and unbiased variance follow a float64 reference", () => {
    const { session, weights, shapes, variables } = startGraph(tf, params);
    const names = variables.map(({ variable }) => variable.name);
    expect(names.slice(0, 5)).toEqual([
      "block1/conv1/kernel",
      ...["gamma", "beta", "mean", "variance"].map((part) => `block1/conv1/norm/${part}`),
    ]);
    const [kernel] = toTensors(tf, weights(), shapes);
    const mean = new Float64Array(3);
    const variance = new Float64Array(3).fill(1);
    for (let step = 0; step < 7; step++) {
      const rows = batchAt(step);
      // The weights stay as they are: only the statistics move.
      runStep(session, rows, { rate: 0 });
      const convolved = tf.conv2d(imagesOf(tf, rows) as Tensor4D, kernel as Tensor4D, 1, "valid");
      const moments = tf.moments(convolved, [0, 1, 2]);
      const count = convolved.size / 3;
      for (let channel = 0; channel < 3; channel++) {
        const [m = NaN, v = NaN] = [moments.mean, moments.variance].map(
          (moment) => moment.dataSync()[channel],
        );
        mean[channel] = 0.9 * (mean[channel] ?? NaN) + 0.1 * m;
        variance[channel] = 0.9 * (variance[channel] ?? NaN) + (0.1 * v * count) / (count - 1);
      }
    }
    const [, , , actualMean = [], actualVariance = []] = weights();
    expect(relativeDifference(actualMean, mean)).toBeLessThan(1e-5);
    expect(relativeDifference(actualVariance, variance)).toBeLessThan(1e-5);
  });

  test("evaluation uses the moving averages", () => {
    const { session, plan, weights, shapes } = startGraph(tf, params);
    for (let step = 0; step < 5; step++) runStep(session, batchAt(step));
    const model = createOracle(tf, plan.layers, HEADER);
    setOracleWeights(model, toTensors(tf, weights(), shapes));
    const logits = model.apply(imagesOf(tf, ALL_ROWS)) as Tensor2D;
    const { probabilities = [] } = evaluate(session);
    expect(relativeDifference(probabilities, tf.softmax(logits))).toBeLessThan(1e-4);
  });

  test.each([1, 2])(
    "%i dense layers learn from a batch of one row too, finitely",
    (denseLayers) => {
      const { session, weights } = startGraph(tf, { batchNormalization: true, denseLayers });
      for (let step = 0; step < 3; step++) {
        const { loss } = runStep(session, Int32Array.of(step));
        expect(Number.isFinite(loss?.[0])).toBe(true);
      }
      expect(
        weights()
          .flatMap((values) => [...values])
          .every(Number.isFinite),
      ).toBe(true);
    },
  );
});

describe("an average of the weights", () => {
  const params = { emaDecay: 0.4, optimizer: "sgd" } as const;

  test("follows a float64 reference, the first steps weighing less", () => {
    const { session, weights, variables } = startGraph(tf, params);
    const averages = weights().map((values) => Float64Array.from(values));
    // (1 + t) / (10 + t) passes 0.4 at the sixth step.
    for (let step = 1; step <= 12; step++) {
      runStep(session, batchAt(step), { rate: 0.5 });
      const kept = Math.min(0.4, (1 + step) / (10 + step));
      for (const [at, values] of weights().entries()) {
        averages[at] =
          averages[at]?.map(
            (average, place) => kept * average + (1 - kept) * (values[place] ?? NaN),
          ) ?? new Float64Array();
      }
      if (step !== 3 && step !== 12) continue;
      const state = session.run("save", {});
      for (const [at, { variable }] of variables.entries()) {
        const actual = state[`${variable.name}/average`] ?? [];
        expect(relativeDifference(actual, averages[at] ?? [])).toBeLessThan(1e-5);
        expect(actual).not.toEqual(weights()[at]);
      }
    }
  });

  test.each([false, true])(
    "is what evaluation judges, with the statistics as they are (normalization: %s)",
    (batchNormalization) => {
      const { session } = startGraph(tf, { ...params, batchNormalization });
      for (let step = 0; step < 4; step++) runStep(session, batchAt(step), { rate: 0.5 });
      const state = session.run("save", {});
      const plain = startGraph(tf, { optimizer: "sgd", batchNormalization });
      const own = plain.session.run("save", {});
      const feeds = Object.keys(own).map((name) => [
        name,
        Float32Array.from(state[`${name}/average`] ?? state[name] ?? []),
      ]);
      plain.session.run("load", Object.fromEntries(feeds) as Record<string, Float32Array>);
      expect(evaluate(session)).toEqual(evaluate(plain.session));
    },
  );

  test("does not change how the weights train", () => {
    const [averaged, plain] = [params, { optimizer: "sgd" } as const].map((changes) =>
      startGraph(tf, changes),
    );
    for (let step = 0; step < 4; step++)
      for (const each of [averaged, plain]) each?.session.run("step", stepFeeds(step));
    expect(averaged?.weights()).toEqual(plain?.weights());
  });

  test("is kept and restored with the statistics", () => {
    const { session } = startGraph(tf, { ...params, batchNormalization: true });
    for (let step = 0; step < 4; step++) runStep(session, batchAt(step));
    const kept = evaluate(session);
    session.run("keep", {});
    for (let step = 0; step < 4; step++) runStep(session, batchAt(step));
    expect(evaluate(session)).not.toEqual(kept);
    session.run("restore", {});
    expect(evaluate(session)).toEqual(kept);
  });
});

function stepFeeds(step: number) {
  return {
    rows: batchAt(step),
    learningRate: Float32Array.of(0.01),
    seed: Int32Array.of(step, 1),
  };
}

describe("the loss of a step", () => {
  const CLASS_WEIGHTS = Float32Array.of(0.5, 2, 1, 3, 0.25);

  const rowLoss =
    (smoothing: number, weighted: boolean): OracleLoss =>
    (logits, { labels, classes }) => {
      const truth = tf
        .oneHot(labels, classes)
        .mul(1 - smoothing)
        .add(smoothing / classes);
      const each = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), truth), 1));
      return weighted
        ? tf.mul(each, tf.gather(tf.tensor1d(CLASS_WEIGHTS), tf.tensor1d([...labels], "int32")))
        : each;
    };

  const rows: readonly (readonly [Partial<CnnParameters>, OracleLoss, number])[] = [
    [{ labelSmoothing: 0.2 }, rowLoss(0.2, false), 0],
    [{ classWeights: "balanced" }, rowLoss(0, true), 0],
    [{ l2: 0.03 }, rowLoss(0, false), 0.03],
    [
      { labelSmoothing: 0.1, classWeights: "balanced", l2: 0.01, batchNormalization: true },
      rowLoss(0.1, true),
      0.01,
    ],
  ];

  test.each(rows)("%j, and its gradient, are those of tfjs", (params, lossOf, l2) => {
    const changes = { ...params, optimizer: "sgd" } as const;
    const started = startGraph(tf, changes, { classWeights: CLASS_WEIGHTS });
    const { session, plan, shapes, variables } = started;
    for (const taken of BATCHES) {
      const before = started.weights();
      const model = createOracle(tf, plan.layers, HEADER);
      setOracleWeights(model, toTensors(tf, before, shapes));
      const images = imagesOf(tf, taken);
      const batch = { images, labels: labelsOf(taken), classes: HEADER.classes };
      // The mean over the batch, and the sum of the squared kernels.
      const { loss, gradients } = differentiateOracle(tf, model, batch, (logits, given) => {
        const penalties = model.trainableWeights
          .filter(({ shape }) => shape.length > 1)
          .map((weight) => tf.sum(tf.square(weight.read())));
        return tf.add(tf.mean(lossOf(logits, given)), tf.mul(tf.addN(penalties), l2));
      });
      const actual = runStep(session, taken, { rate: 1 });
      expect(relativeDifference(actual["loss"] ?? [], loss)).toBeLessThan(1e-5);
      const after = started.weights();
      const trained = variables.flatMap(({ role }, at) => (role === "statistic" ? [] : [at]));
      expect(gradients).toHaveLength(trained.length);
      for (const [place, at] of trained.entries()) {
        const moved = before[at]?.map((value, index) => value - (after[at]?.[index] ?? NaN)) ?? [];
        const name = variables[at]?.variable.name;
        expect(relativeDifference(moved, gradients[place] as Tensor1D), name).toBeLessThan(1e-3);
      }
    }
  });

  test("evaluation has the plain loss: no smoothing, no weights, no penalty", () => {
    const changes = { labelSmoothing: 0.1, classWeights: "balanced", l2: 1 } as const;
    const options = { classWeights: CLASS_WEIGHTS };
    const [plain, changed] = [{}, changes].map((params) =>
      evaluate(startGraph(tf, params, options).session),
    );
    expect(changed).toEqual(plain);
  });
});

describe("initial weights", () => {
  const FACTORS = { "glorot-uniform": 1, "glorot-normal": 1, "he-uniform": 2, "he-normal": 2 };

  test.each(Object.keys(FACTORS) as (keyof typeof FACTORS)[])("of %s", (initializer) => {
    const changes = { initializer, kernelSize: 5, filters: 40, denseUnits: 96 } as const;
    const { weights, shapes } = startGraph(tf, changes);
    const kernels = weights().filter((_, at) => (shapes[at]?.length ?? 0) > 1);
    expect(kernels).toHaveLength(3);
    for (const [index, kernel] of kernels.entries()) {
      const shape = shapes[2 * index] ?? [];
      const area = shape.slice(0, -2).reduce((total, size) => total * size, 1);
      const [fanIn, fanOut] = [area * (shape.at(-2) ?? 0), area * (shape.at(-1) ?? 0)];
      const fan = initializer.startsWith("he") ? fanIn : (fanIn + fanOut) / 2;
      const variance = FACTORS[initializer] / fan;
      const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
      const squares = kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / kernel.length));
      // A variance's standard error is below sqrt(2 / n) of it where there are no tails.
      expect(Math.abs(squares / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / kernel.length));
      const limit = initializer.endsWith("uniform")
        ? Math.sqrt(3 * variance)
        : (2 * Math.sqrt(variance)) / 0.87962566103423978;
      const largest = Math.max(...kernel.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
      expect(largest).toBeGreaterThan(limit * 0.9);
    }
  });
});

describe("augmentation", () => {
  const LIMITS = { rotation: 20, shift: 0.1, zoom: 0.1, shear: 10 };

  test("acts in steps, as the step's seed says, and never in evaluation", () => {
    const lossOf = (params: Partial<CnnParameters>, seed: Int32Array): number =>
      runStep(startGraph(tf, params).session, ALL_ROWS, { seed })["loss"]?.[0] ?? NaN;
    const [seed, other] = [Int32Array.of(5, 6), Int32Array.of(5, 7)];
    const loss = lossOf(LIMITS, seed);
    expect(lossOf(LIMITS, seed)).toBe(loss);
    expect(lossOf(LIMITS, other)).not.toBe(loss);
    expect(lossOf({}, seed)).not.toBe(loss);
    const [plain, augmented] = [{}, LIMITS].map((params) =>
      evaluate(startGraph(tf, params).session),
    );
    expect(augmented).toEqual(plain);
  });

  test.each(Object.entries(LIMITS))("%s alone acts", (name, value) => {
    const lossOf = (params: Partial<CnnParameters>) =>
      runStep(startGraph(tf, params).session, ALL_ROWS)["loss"];
    expect(lossOf({ [name]: value })).not.toEqual(lossOf({}));
  });
});

describe("a saved state", () => {
  const changes: readonly Partial<CnnParameters>[] = [
    ...(Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[]).map((optimizer) => ({ optimizer })),
    { optimizer: "sgd", momentum: 0.9 },
    { optimizer: "sgd", momentum: 0.9, nesterov: true },
    { batchNormalization: true, emaDecay: 0.9, dropout: 0.3, rotation: 10, l2: 0.01 },
  ];

  test.each(changes)("loaded into another session goes on bit for bit: %j", (params) => {
    const first = startGraph(tf, params);
    for (let step = 0; step < 4; step++) first.session.run("step", stepFeeds(step));
    first.session.run("keep", {});
    first.session.run("step", stepFeeds(4));
    const state = first.session.run("save", {}) as Record<string, Float32Array>;
    const second = startGraph(tf, params, { seed: Int32Array.of(8, 9) });
    expect(second.weights()).not.toEqual(first.weights());
    second.session.run("load", state);
    for (const { session } of [first, second])
      for (let step = 5; step < 8; step++) session.run("step", stepFeeds(step));
    expect(second.session.run("save", {})).toEqual(first.session.run("save", {}));
    expect(evaluate(second.session)).toEqual(evaluate(first.session));
    for (const { session } of [first, second]) session.run("restore", {});
    expect(evaluate(second.session)).toEqual(evaluate(first.session));
  });
});
