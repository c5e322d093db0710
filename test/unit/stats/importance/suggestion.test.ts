import { spaceOf } from "../../../support/space-of.ts";
import { describe, expect, test } from "vitest";
import type { RandomSource } from "../../../../src/core/random.ts";
import type { Dimension, Distribution, ParameterValue } from "../../../../src/core/study.ts";
import { measurePedAnova } from "../../../../src/stats/importance/ped-anova.ts";
import {
  type SuggestionOptions,
  suggestSpace,
} from "../../../../src/stats/importance/suggestion.ts";
import { drawNormal, drawRows, list, real } from "../../../support/searched-rows.ts";

type Objective = Parameters<typeof drawRows>[2];

/** One parameter that decides, among rows of a space with another that does not. */
function suggestFor(
  distribution: Distribution,
  objectiveOf: (value: number, random: RandomSource) => number,
  options: Partial<SuggestionOptions> & { others?: readonly Dimension[]; rows?: number } = {},
) {
  const { others = [], rows: count = 400, ...rest } = options;
  const space = { x: distribution, none: list("p", "q") };
  const objective: Objective = (row, random) =>
    objectiveOf(row["x"] ?? 0, random) + 0.01 * drawNormal(random);
  const rows = drawRows(count, space, objective);
  const columns = rows.parameters.map(({ column }) => column);
  const dimensions = Object.entries(space).map(([name, own]) => ({ name, distribution: own }));
  const beyondChance = new Set(["x"]);
  const [x, none] = suggestSpace(
    spaceOf([...dimensions, ...others]),
    columns,
    rows.objectives,
    "maximize",
    {
      ...{ beyondChance, ...rest },
    },
  );
  expect(none).toMatchObject({ action: "keep", reason: "its effect is not beyond chance" });
  return { action: x?.action, distribution: x?.dimension.distribution, reason: x?.reason };
}

describe("the best is at an edge", () => {
  test.each<[string, Distribution, Distribution]>([
    ["powers", list(8, 16, 32, 64), list(32, 64, 128)],
    ["equal distances", list(1, 2, 3, 4), list(3, 4, 5)],
    ["the order written does not matter", list(64, 16, 32, 8), list(32, 64, 128)],
    [
      "whole numbers",
      { kind: "integer", low: 1, high: 8, log: false, step: 1 },
      { kind: "integer", low: 8, high: 12, log: false, step: 1 },
    ],
  ])("%s", (_, now, next) => {
    const { action, distribution, reason } = suggestFor(now, (value) => value);
    expect(action).toBe("widen");
    expect(reason).toContain("its upper end, is among the best tenth in");
    if (now.kind === "integer") expect(distribution).toMatchObject({ kind: "integer", high: 12 });
    else if (distribution?.kind === "categorical" && next.kind === "categorical")
      expect(distribution.values.slice(-2)).toEqual(next.values.slice(-2));
  });

  test("a logarithmic range goes on by half of its width, and loses what is poor", () => {
    const found = suggestFor(real(1e-4, 1e-2, true), (value) => -Math.log(value));
    expect(found.action).toBe("widen");
    expect(found.distribution).toMatchObject({ kind: "real", low: 1e-5, log: true });
    expect(found.distribution).not.toMatchObject({ high: 1e-2 });
  });

  test("as far as the trainer takes it", () => {
    const limits = { low: 0, high: 1, below: true } as const;
    const near = suggestFor(real(0.2, 0.9), (value) => value, { limitsOf: () => limits });
    expect(near.distribution).toMatchObject({ high: 0.95 });
    const at = suggestFor(real(0.2, 1), (value) => value, {
      limitsOf: () => ({ low: 0, high: 1 }),
    });
    expect(at.action).toBe("narrow");
    expect(at.reason).toContain("nothing is known beyond it");
    expect(at.distribution).toMatchObject({ high: 1 });
  });

  test("numbers from 0 up stay there", () => {
    const { action, distribution } = suggestFor(real(0, 0.6), (value) => -value);
    expect(action).toBe("narrow");
    expect(distribution).toMatchObject({ low: 0 });
  });
});

test("values that are seldom among the best are left out of a list", () => {
  const score: Readonly<Record<string, number>> = { a: 0, b: 3, c: 2.99, d: 0 };
  const found = suggestFor(list("a", "b", "c", "d"), (value) => score[String(value)] ?? 0);
  expect(found).toMatchObject({ action: "narrow", distribution: list("b", "c") });
  expect(found.reason).toMatch(/^a, d left out, among the best tenth in 0 of \d+, expected 1\d %$/);
});

test("a value that a condition names stays", () => {
  const others = [{ name: "y", distribution: list(1, 2), when: { x: { oneOf: ["a"] } } }];
  const found = suggestFor(list("a", "b", "c"), (value) => Number(String(value) === "b"), {
    others,
  });
  expect(found.distribution).toEqual(list("a", "b"));
});

test("a range is narrowed about its best part, to round numbers", () => {
  const { action, distribution } = suggestFor(real(0, 1), (value) => -((value - 0.4) ** 2));
  expect(action).toBe("narrow");
  if (distribution?.kind !== "real") throw new Error("no range");
  expect(distribution.low).toBeGreaterThan(0.2);
  expect(distribution.low).toBeLessThan(0.4);
  expect(distribution.high).toBeGreaterThan(0.4);
  expect(distribution.high).toBeLessThan(0.6);
  expect(String(distribution.low).length).toBeLessThanOrEqual(5);
});

test("few rows, or a parameter without results: kept", () => {
  expect(suggestFor(list(1, 2, 3), (value) => value, { rows: 30 })).toMatchObject({
    ...{ action: "keep", reason: "only 3 of the best tenth have it, too few to tell" },
  });
  const [alone] = suggestSpace(
    spaceOf([{ name: "new", distribution: list(1) }]),
    [],
    Float64Array.of(1),
    "minimize",
    {
      beyondChance: new Set(["new"]),
    },
  );
  expect(alone).toMatchObject({ action: "keep", reason: "no result has it" });
});

test("of studies of noise alone, few get another space", () => {
  const space: Readonly<Record<string, Distribution>> = {
    a: list(1, 2, 3),
    b: list("x", "y"),
    c: list(1, 2, 4, 8),
  };
  let changed = 0;
  for (let study = 0; study < 60; study++) {
    const rows = drawRows(80, space, (_, random) => random.next(), study);
    const found = measurePedAnova(rows.parameters, rows.objectives, "maximize");
    const beyondChance = new Set(
      found.filter(({ isBeyondChance }) => isBeyondChance).map(({ name }) => name),
    );
    const columns = rows.parameters.map(({ column }) => column);
    const dimensions = Object.entries(space).map(([name, distribution]) => ({
      name,
      distribution,
    }));
    const suggestions = suggestSpace(spaceOf(dimensions), columns, rows.objectives, "maximize", {
      beyondChance,
    });
    if (suggestions.some(({ action }) => action !== "keep")) changed++;
  }
  // At most Binomial(60, 0.05): 3, standard deviation 1.7.
  expect(changed).toBeLessThanOrEqual(3 + 4 * 1.7);
}, 90_000);

test("a list of which rows took other values only stays as it is", () => {
  const rows = drawRows(200, { x: list("old", "older") }, (row) =>
    Number(String(row["x"]) === "old"),
  );
  const columns = rows.parameters.map(({ column }) => column);
  const values: readonly ParameterValue[] = ["new", "newer"];
  const dimension = { name: "x", distribution: list(...values) };
  const [found] = suggestSpace(spaceOf([dimension]), columns, rows.objectives, "maximize", {
    beyondChance: new Set(["x"]),
  });
  expect(found).toMatchObject({ action: "keep", dimension });
});
