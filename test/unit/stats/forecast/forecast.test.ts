import { spaceOf } from "../../../support/space-of.ts";
import { describe, expect, test } from "vitest";
import { randomFor, type RandomSource } from "../../../../src/core/random.ts";
import type { Parameters, SearchSpace } from "../../../../src/core/study.ts";
import { Forecast, type FinishedTrial, type Lot } from "../../../../src/stats/forecast/forecast.ts";
import { drawNormal } from "../../../../src/stats/normal.ts";

const SPACE: SearchSpace = spaceOf([
  { name: "depth", distribution: { kind: "integer", low: 1, high: 9, step: 1, log: false } },
  { name: "rate", distribution: { kind: "real", low: 0.0001, high: 0.1, log: true } },
  { name: "solver", distribution: { kind: "categorical", values: ["adam", "sgd", "lbfgs"] } },
]);
const ALONE: Lot = { trialsPerElement: 1, combine: "sum", shares: [] };

function drawParams(random: RandomSource): Parameters {
  return {
    depth: 1 + random.nextInteger(9),
    rate: 10 ** (3 * random.next() - 4),
    solver: ["adam", "sgd", "lbfgs"][random.nextInteger(3)] ?? "",
  };
}

/** Minutes that grow with the depth, e times as many with lbfgs, and the rate has no part in it. */
const truth = ({ depth, solver }: Parameters): number =>
  60 * Number(depth) * (solver === "lbfgs" ? Math.E : 1);

type Noise = (random: RandomSource) => number;
const NORMAL: Noise = (random) => 0.3 * drawNormal(random);
/** A tail to the right, as of hosts that are busy now and then. */
const SKEWED: Noise = (random) => -0.4 * Math.log(1 - random.next());

function drawTrials(count: number, random: RandomSource, noise: Noise): FinishedTrial[] {
  return Array.from({ length: count }, () => {
    const params = drawParams(random);
    return { params, scale: 1, took: truth(params) * Math.exp(noise(random)), isLeast: false };
  });
}

/** As a wall time ends trials. */
const endAt = (limit: number, trials: readonly FinishedTrial[]): FinishedTrial[] =>
  trials.map((trial) => (trial.took > limit ? { ...trial, took: limit, isLeast: true } : trial));

const NEXT = 1000;

function sumLots(trials: readonly FinishedTrial[], size: number): number[] {
  return Array.from({ length: Math.floor(trials.length / size) }, (_, lot) =>
    trials.slice(lot * size, (lot + 1) * size).reduce((sum, { took }) => sum + took, 0),
  );
}

/** The share of the next elements that fit what is proposed, on the average over studies. */
function coverage(
  finished: number,
  noise: Noise,
  { limit = Infinity, packed = 1, studies = 12 } = {},
): number {
  const shares = Array.from({ length: studies }, (_, study) => {
    const random = randomFor(study, "coverage");
    const forecast = new Forecast(SPACE, endAt(limit, drawTrials(finished, random, noise)));
    const next = drawTrials(NEXT, random, noise);
    const fitting = forecast.fitting(next, { ...ALONE, trialsPerElement: packed });
    const elements = sumLots(next, packed);
    return elements.filter((took) => took <= fitting).length / elements.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / studies;
}

describe("of studies whose truth is known, the next elements fit", () => {
  test.each([
    ["few trials", 10, NORMAL, {}],
    ["some", 40, NORMAL, {}],
    ["many", 400, NORMAL, {}],
    ["many with a long tail", 400, SKEWED, {}],
    ["some, the longest ended early", 60, NORMAL, { limit: 600 }],
    ["some, ten to an element", 60, NORMAL, { packed: 10 }],
  ])("%s", (_, finished, noise, more) => {
    const share = coverage(finished, noise, more);
    expect(share).toBeGreaterThanOrEqual(0.98);
  });

  test("and hardly more is asked for than they need", () => {
    const random = randomFor(1, "tight");
    const forecast = new Forecast(SPACE, drawTrials(400, random, NORMAL));
    const next = drawTrials(4000, random, NORMAL);
    const needed = next.map(({ took }) => took).sort((a, b) => a - b)[3960] ?? NaN;
    const fitting = forecast.fitting(next, ALONE);
    expect(fitting / needed).toBeGreaterThan(0.9);
    expect(fitting / needed).toBeLessThan(1.25);
  });
});

test("what parameters do to the time is found out", () => {
  const random = randomFor(2, "effects");
  const forecast = new Forecast(SPACE, drawTrials(200, random, NORMAL));
  for (const params of [
    { depth: 2, rate: 0.01, solver: "adam" },
    { depth: 8, rate: 0.001, solver: "lbfgs" },
  ]) {
    const ratio = forecast.expect({ params, scale: 1 }) / truth(params);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.35);
  }
});

test("one trial tells what others of another size take; only eight tell what nearly all need", () => {
  const one = { params: {}, scale: 10, took: 60, isLeast: false };
  const forecast = new Forecast(spaceOf([]), [one]);
  expect(forecast.expect({ params: {}, scale: 20 })).toBeCloseTo(120);
  expect(forecast.isSure).toBe(false);
  const eight = Array.from({ length: 8 }, (_, at) => ({ ...one, took: 60 + at }));
  expect(new Forecast(spaceOf([]), eight).isSure).toBe(true);
  const bounds = eight.map((trial, at) => ({ ...trial, isLeast: at > 3 }));
  expect(new Forecast(spaceOf([]), bounds).isSure).toBe(false);
});

test("a trial that was ended early took at least that: the others are not thought to be shorter for it", () => {
  const random = randomFor(3, "bounds");
  const all = drawTrials(60, random, NORMAL);
  const ended = endAt(500, all);
  const known = new Forecast(SPACE, ended);
  const blind = new Forecast(
    SPACE,
    ended.map((trial) => ({ ...trial, isLeast: false })),
  );
  const long = { params: { depth: 9, rate: 0.01, solver: "lbfgs" }, scale: 1 };
  expect(known.expect(long)).toBeGreaterThan(1.3 * blind.expect(long));
});

test("an element needs the most of what its trials need of memory, and the sum of their times", () => {
  const finished = Array.from({ length: 20 }, () => ({
    ...{ params: {}, scale: 1, took: 100, isLeast: false },
  }));
  const forecast = new Forecast(spaceOf([]), finished);
  const lot = (trialsPerElement: number, combine: Lot["combine"]): number =>
    forecast.fitting(finished, { trialsPerElement, combine, shares: [] });
  expect(lot(10, "sum")).toBeGreaterThan(1000);
  expect(lot(10, "sum")).toBeLessThan(1150);
  expect(lot(10, "most")).toBeLessThan(130);
  // Half of the trials stop half-way.
  const halves = forecast.fitting(finished, {
    ...{ trialsPerElement: 200, combine: "sum", shares: [0.5, 1] },
  });
  expect(halves).toBeLessThan(17_500);
});

test("the same every time, and a trial unlike any that ran is known as such", () => {
  const random = randomFor(4, "unlike");
  const finished = drawTrials(100, random, NORMAL);
  const fit = (): Forecast => new Forecast(SPACE, finished);
  expect(fit().fitting(finished, ALONE)).toBe(fit().fitting(finished, ALONE));
  const sized = finished.map((trial, at) => ({ ...trial, scale: 1 + (at % 3) }));
  const ofSizes = new Forecast(SPACE, sized);
  expect(ofSizes.isLike({ params: finished[0]?.params ?? {}, scale: 2 })).toBe(true);
  expect(ofSizes.isLike({ params: finished[0]?.params ?? {}, scale: 1e9 })).toBe(false);
});
