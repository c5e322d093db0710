import { describe, expect, test } from "vitest";
import { normalDistribution } from "../../../src/core/normal-distribution.ts";
import { randomFor } from "../../../src/core/random.ts";
import { countValues, valueAt } from "../../../src/core/space/values.ts";
import type { Distribution, ParameterValue } from "../../../src/core/study.ts";
import { createShareOf, valueAtShare } from "../../../src/samplers/candidate.ts";
import { drawValue } from "../../../src/samplers/draw.ts";

const DRAWS = 20_000;

function drawMany(distribution: Distribution): ParameterValue[] {
  const random = randomFor(1, "test/scale");
  return Array.from({ length: DRAWS }, () => drawValue(distribution, random));
}

/** Five standard deviations of a share. */
const tolerance = (share: number): number => 5 * Math.sqrt((share * (1 - share)) / DRAWS);

/** The largest distance of what was drawn from a distribution function (Kolmogorov and Smirnov). */
function distance(drawn: readonly number[], below: (value: number) => number): number {
  const sorted = drawn.toSorted((one, other) => one - other);
  return sorted.reduce(
    (most, value, at) => Math.max(most, Math.abs(below(value) - (at + 0.5) / sorted.length)),
    0,
  );
}

/** Exceeded once in a thousand times. */
const MOST_APART = 1.95 / Math.sqrt(DRAWS);

describe("what is drawn", () => {
  test("of a list is as frequent as its weights say; a weight of 0 never", () => {
    const drawn = drawMany({ kind: "categorical", values: ["a", null, "c"], weights: [3, 1, 0] });
    const share = drawn.filter((value) => value === "a").length / DRAWS;
    expect(Math.abs(share - 0.75)).toBeLessThan(tolerance(0.75));
    expect(drawn).not.toContain("c");
  });

  test("is normal, cut off at the ends", () => {
    const [mean, sd, low, high] = [0.3, 0.2, 0, 0.6];
    const drawn = drawMany({ kind: "real", low, high, log: false, normal: { mean, sd } });
    const at = (value: number): number => normalDistribution((value - mean) / sd);
    expect(
      distance(drawn.map(Number), (value) => (at(value) - at(low)) / (at(high) - at(low))),
    ).toBeLessThan(MOST_APART);
  });

  test("is lognormal, by the mean and deviation of the logarithms", () => {
    const normal = { mean: -7, sd: 1 };
    const [low, high] = [Math.exp(-11), Math.exp(-3)];
    const drawn = drawMany({ kind: "real", low, high, log: true, normal });
    expect(
      distance(drawn.map(Number), (value) => normalDistribution(Math.log(value) + 7)),
    ).toBeLessThan(MOST_APART);
  });

  test.each<Distribution>([
    { kind: "real", low: 8, high: 64, log: true, step: 8 },
    { kind: "integer", low: 1, high: 12, log: true, step: 1 },
    { kind: "integer", low: 0, high: 10, log: false, step: 2, normal: { mean: 5, sd: 2 } },
  ])("of %j in steps has the share of the half steps around it", (distribution) => {
    if (distribution.kind === "categorical" || distribution.step === undefined) return;
    const { low, high, log, step, normal } = distribution;
    const place = (value: number): number =>
      normal === undefined
        ? Math.log(value)
        : normalDistribution((value - normal.mean) / normal.sd);
    const least = log ? low - Math.min(step, low) / 2 : low - step / 2;
    const [from, to] = [place(least), place(high + step / 2)];
    const drawn = drawMany(distribution).map(Number);
    for (let index = 0; index < countValues(distribution); index++) {
      const value = Number(valueAt(distribution, index));
      const share =
        (place(value + step / 2) - place(Math.max(least, value - step / 2))) / (to - from);
      const found = drawn.filter((each) => each === value).length / DRAWS;
      expect(Math.abs(found - share)).toBeLessThan(tolerance(share));
    }
  });
});

test.each<Distribution>([
  { kind: "categorical", values: ["a", [1], null], weights: [3, 1, 2] },
  { kind: "real", low: 8, high: 64, log: true, step: 8 },
  { kind: "integer", low: 0, high: 10, log: false, step: 2, normal: { mean: 5, sd: 2 } },
  { kind: "integer", low: 1, high: 9, log: true, step: 1 },
  { kind: "integer", low: 1, high: 9, log: false, step: 2 },
])("the share of a value of %j leads back to it", (distribution) => {
  for (let index = 0; index < countValues(distribution); index++) {
    const value = valueAt(distribution, index);
    expect(valueAtShare(distribution, createShareOf(distribution)(value))).toEqual(value);
  }
});
