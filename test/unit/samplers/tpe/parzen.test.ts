import { spaceOf } from "../../../support/space-of.ts";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { randomFor } from "../../../../src/core/random.ts";
import type { ParameterValue, Parameters, SearchSpace } from "../../../../src/core/study.ts";
import { Candidates, valueAtShare } from "../../../../src/samplers/candidate.ts";
import { type Axis, createAxis } from "../../../../src/samplers/tpe/axis.ts";
import { ParzenEstimator } from "../../../../src/samplers/tpe/parzen.ts";
import { findPython, TEST_PYTHON } from "../../../support/python/environment.ts";

const PYTHON = findPython(TEST_PYTHON);
const LEVELS = ["a", "b", "c"];
const UNITS = [16, 32, 64, 128];

/** Each with Optuna's words for it, whether it is counted by index, and by how much its density there exceeds ours, whose range is 1. */
const PARAMETERS = [
  {
    dimension: { name: "rate", distribution: { kind: "real", low: 1e-4, high: 1, log: true } },
    theirs: { kind: "real", low: 1e-4, high: 1, log: true },
    list: undefined,
  },
  {
    dimension: { name: "drop", distribution: { kind: "real", low: 0, high: 2, log: false } },
    theirs: { kind: "real", low: 0, high: 2 },
    list: undefined,
  },
  {
    dimension: {
      name: "depth",
      distribution: { kind: "integer", low: 1, high: 9, log: false, step: 2 },
    },
    theirs: { kind: "integer", low: 1, high: 9, step: 2 },
    list: undefined,
  },
  {
    dimension: {
      name: "width",
      distribution: { kind: "integer", low: 1, high: 64, log: true, step: 1 },
    },
    theirs: { kind: "integer", low: 1, high: 64, log: true, step: 1 },
    list: undefined,
  },
  {
    dimension: { name: "units", distribution: { kind: "categorical", values: UNITS } },
    theirs: { kind: "integer", low: 0, high: 3, step: 1 },
    list: UNITS as readonly ParameterValue[],
  },
  {
    dimension: { name: "level", distribution: { kind: "categorical", values: LEVELS } },
    theirs: { kind: "categorical", choices: 3 },
    list: LEVELS as readonly ParameterValue[],
  },
] as const;
const SPACE = spaceOf(PARAMETERS.map(({ dimension }) => dimension));
const AXES = SPACE.dimensions.map((dimension) =>
  createAxis(dimension, (share) => valueAtShare(dimension.distribution, share)),
);

function drawMany(count: number, seed: number): Parameters[] {
  const [candidates, random] = [new Candidates(SPACE), randomFor(seed, "test")];
  return Array.from({ length: count }, () => candidates.draw(random));
}

/** A combination's values, an axis each. */
const readerOf =
  (axes: readonly Axis[]) =>
  (params: Parameters): (ParameterValue | undefined)[] =>
    axes.map(({ name }) => params[name]);

function toTheirs(params: Parameters): Record<string, number> {
  return Object.fromEntries(
    PARAMETERS.map(({ dimension: { name }, list }) => {
      const value = params[name] ?? "";
      return [name, list === undefined ? Number(value) : list.indexOf(value)];
    }),
  );
}

describe("the Parzen estimator", { timeout: 120_000 }, () => {
  const measureTheirs = (
    names: readonly string[],
    observed: readonly Parameters[],
    asked: readonly Parameters[],
  ): number[] => {
    const input = JSON.stringify({
      distributions: Object.fromEntries(
        PARAMETERS.filter(({ dimension }) => names.includes(dimension.name)).map(
          ({ dimension, theirs }) => [dimension.name, theirs],
        ),
      ),
      observed: observed.map(toTheirs),
      asked: asked.map(toTheirs),
    });
    const script = join(import.meta.dirname, "../../../support/python/parzen.py");
    return JSON.parse(
      execFileSync(PYTHON ?? "", [script], { input, encoding: "utf8" }),
    ) as number[];
  };

  // With ties in a list, which of equal kernels is the wide one is chance in theirs: that shows in products alone.
  const all = SPACE.dimensions.map(({ name }) => name);
  test
    .skipIf(PYTHON === undefined)
    .each([
      [all, 1],
      [all, 2],
      [["rate", "drop", "level"], 120],
      ...all.map((name): [string[], number] => [[name], 90]),
    ])("of %j, %d observed, has Optuna's densities", (names, count) => {
    const [observed, asked] = [drawMany(count, 1), drawMany(60, 2)];
    const axes = AXES.filter(({ name }) => names.includes(name));
    const read = readerOf(axes);
    const estimator = new ParzenEstimator(axes, observed.map(read));
    // Theirs is by the logarithm of `rate`, of which there are log(10^4), and by `drop`, of which there are 2.
    const scale =
      Number(names.includes("rate")) * Math.log(Math.log(1e4)) +
      Number(names.includes("drop")) * Math.log(2);
    for (const [at, theirs] of measureTheirs(names, observed, asked).entries())
      expect(estimator.logDensity(read(asked[at] ?? {})) - scale).toBeCloseTo(theirs, 6);
  });

  test("draws are as dense as the density says", () => {
    const space: SearchSpace = spaceOf([
      { name: "units", distribution: { kind: "categorical", values: UNITS } },
      { name: "level", distribution: { kind: "categorical", values: LEVELS } },
    ]);
    const axes = space.dimensions.map((dimension) =>
      createAxis(dimension, (share) => valueAtShare(dimension.distribution, share)),
    );
    const estimator = new ParzenEstimator(axes, [
      [16, "b"],
      [32, "b"],
      [16, "c"],
    ]);
    const [candidates, random] = [new Candidates(space), randomFor(1, "test")];
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 20_000; draw++) {
      const valueOf = estimator.draw(random);
      const key = JSON.stringify(candidates.make((_, place) => valueOf(place)));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    let whole = 0;
    for (const units of UNITS)
      for (const level of LEVELS) {
        const density = Math.exp(estimator.logDensity([units, level]));
        whole += density;
        const share = (counts.get(JSON.stringify({ units, level })) ?? 0) / 20_000;
        // Five deviations of a share.
        expect(Math.abs(share - density)).toBeLessThan(5 * Math.sqrt(density / 20_000));
      }
    expect(whole).toBeCloseTo(1, 9);
  });

  test("what is absent says what the prior says", () => {
    const absent = new ParzenEstimator(AXES, [[]]);
    for (const values of drawMany(5, 3).map(readerOf(AXES)))
      expect(absent.logDensity(values)).toBeCloseTo(
        new ParzenEstimator(AXES, []).logDensity(values),
        9,
      );
  });
});
