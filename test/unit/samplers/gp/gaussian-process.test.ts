import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import { fit, measureLikelihood, measurePosterior } from "../../../../src/samplers/gp/fit.ts";
import { GaussianProcess } from "../../../../src/samplers/gp/gaussian-process.ts";
import type { Hyperparameters } from "../../../../src/samplers/gp/kernel.ts";
import { comparePairs, type Sample } from "../../../../src/samplers/gp/sample.ts";
import { findPython, TEST_PYTHON } from "../../../support/python/environment.ts";

const PYTHON = findPython(TEST_PYTHON);
const CATEGORIES = 3;

/** Two places and a category; the second place says nothing. */
function drawSample(size: number, noise: number, seed = 1): Sample {
  const random = randomFor(seed, "test");
  const points = Array.from({ length: size }, () =>
    Float64Array.of(random.next(), random.next(), random.nextInteger(CATEGORIES)),
  );
  const targets = points.map(([x = 0, , category = 0]) => ({
    value: Math.sin(5 * x) + category / 2 + noise * (random.next() + random.next() - 1),
    noise: random.next() < 0.3 ? 0.5 : 1,
  }));
  return { isCategory: [false, false, true], points, targets };
}

/** Categories as one column each, so far apart that two categories have distance 1. */
const spreadOut = ([x = 0, y = 0, category = 0]: Float64Array): number[] => [
  ...[x, y],
  ...Array.from({ length: CATEGORIES }, (_, at) => (at === category ? Math.SQRT1_2 : 0)),
];

const HYPERPARAMETERS: Hyperparameters = {
  lengths: Float64Array.of(0.4, 2, 1.3),
  variance: 1.7,
  noise: 0.05,
};
const logsOf = ({ lengths, variance, noise }: Hyperparameters): Float64Array =>
  Float64Array.from([...lengths, variance, noise], Math.log);

describe("the Gaussian process", { timeout: 120_000 }, () => {
  test.skipIf(PYTHON === undefined)("says what scikit-learn's says", () => {
    const sample = drawSample(30, 0.3);
    const asked = drawSample(10, 0, 2).points;
    const { lengths, variance, noise } = HYPERPARAMETERS;
    const [first = 0, second = 0, third = 0] = lengths;
    const input = JSON.stringify({
      points: sample.points.map(spreadOut),
      values: sample.targets.map(({ value }) => value),
      noises: sample.targets.map((target) => target.noise * (noise + 1e-4)),
      asked: asked.map(spreadOut),
      lengths: [first, second, third, third, third],
      variance,
    });
    const script = join(import.meta.dirname, "../../../support/python/gaussian_process.py");
    const theirs = JSON.parse(
      execFileSync(PYTHON ?? "", [script], { input, encoding: "utf8" }),
    ) as { logLikelihood: number; means: number[]; variances: number[] };
    const model = new GaussianProcess(sample, HYPERPARAMETERS);
    for (const [at, point] of asked.entries()) {
      expect(model.predict(point).mean).toBeCloseTo(theirs.means[at] ?? NaN, 9);
      expect(model.predictMean(point)).toBeCloseTo(theirs.means[at] ?? NaN, 9);
      expect(model.predict(point).variance).toBeCloseTo(theirs.variances[at] ?? NaN, 9);
    }
    const { value } = measureLikelihood(sample, comparePairs(sample), logsOf(HYPERPARAMETERS));
    expect(-value).toBeCloseTo(theirs.logLikelihood, 8);
  });

  test("the gradient is the slope", () => {
    const sample = drawSample(25, 0.3);
    const pairs = comparePairs(sample);
    const logs = logsOf(HYPERPARAMETERS);
    const { gradient } = measurePosterior(sample, pairs, logs);
    for (const at of logs.keys()) {
      const [below, above] = [-1e-5, 1e-5].map(
        (step) =>
          measurePosterior(
            sample,
            pairs,
            logs.map((each, place) => (place === at ? each + step : each)),
          ).value,
      );
      expect(((above ?? 0) - (below ?? 0)) / 2e-5).toBeCloseTo(gradient[at] ?? NaN, 4);
    }
  });

  test("fitted, it knows what matters and how noisy values are", () => {
    const [quiet, noisy] = [fit(drawSample(80, 0.02)), fit(drawSample(80, 1.5))];
    const [x = 0, y = 0] = quiet.lengths;
    expect(y).toBeGreaterThan(2 * x);
    expect(noisy.noise).toBeGreaterThan(4 * quiet.noise);
  });

  test("what is supposed changes no mean, and makes its neighbourhood surer", () => {
    const sample = drawSample(20, 0.1);
    const model = new GaussianProcess(sample, HYPERPARAMETERS);
    const [point = new Float64Array(3), far = new Float64Array(3)] = drawSample(2, 0, 5).points;
    const before = [point, far].map((each) => model.predict(each));
    for (let times = 0; times < 30; times++) model.suppose(point);
    const after = [point, far].map((each) => model.predict(each));
    expect(after.map(({ mean }) => mean)).toEqual(before.map(({ mean }) => mean));
    expect(after[0]?.variance).toBeLessThan(0.5 * (before[0]?.variance ?? 0));
    expect(after[1]?.variance).toBeLessThanOrEqual(before[1]?.variance ?? 0);
  });

  test("equal points with different values are no trouble", () => {
    const one = Float64Array.of(0.5, 0.5, 1);
    const points = Array.from({ length: 40 }, () => one);
    const targets = points.map((_, at) => ({ value: at % 2, noise: 1 }));
    const sample = { isCategory: [false, false, true], points, targets };
    const { mean } = new GaussianProcess(sample, fit(sample)).predict(one);
    expect(mean).toBeCloseTo(0.5, 6);
  });
});
