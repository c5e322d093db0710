import { expect, test } from "vitest";
import type { Objective } from "../../../src/core/study.ts";
import { makeFailedOutcome, makeOutcome, reportOf } from "../../support/outcomes.ts";

type Outcome = ReturnType<typeof makeOutcome>;

/** What a report says of a study that searches `space`. */
const report = (
  outcomes: readonly Outcome[],
  space: readonly string[] = [],
  direction: Objective["direction"] = "maximize",
) =>
  reportOf(
    {
      ...{ name: "s", space, objective: { metric: "holdoutAccuracy", direction } },
      settings: [{ setting: "present", differences: [] }],
      explainOutside: () => null,
    },
    outcomes,
  );

test("the parameter that decides comes first; constants do not appear", () => {
  const { varying, parameters } = report(
    [
      { optimizer: "adam", filters: 16, correct: 4200 },
      { optimizer: "adam", filters: 8, correct: 4200 },
      { optimizer: "sgd", filters: 16, correct: 2100 },
      { optimizer: "sgd", filters: 8, correct: 0 },
    ].map(({ correct, ...params }, place) =>
      makeOutcome(place + 1, correct, { params: { ...params, blocks: 2 } }),
    ),
    ["filters", "blocks"],
  );
  expect(varying).toEqual(["filters", "optimizer"]);
  const [first, second, ...more] = parameters;
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    name: "optimizer",
    values: [
      { label: "adam", trials: 2, best: 1, median: 1, mean: 1 },
      { label: "sgd", trials: 2, best: 0.5, median: 0.25, mean: 0.25 },
    ],
  });
  expect(first?.importance?.variance.share).toBeGreaterThan(0.5);
  expect(second?.values.map(({ label }) => label)).toEqual(["8", "16"]);
});

test("many numbers go into four bins of equal size", () => {
  const rows = Array.from({ length: 40 }, (_, place) =>
    makeOutcome(place + 1, place * 100, { params: { learningRate: (place + 1) / 1000 } }),
  );
  const [summary] = report(rows, [], "minimize").parameters;
  expect(summary?.values).toMatchObject([
    { label: "0.001 .. 0.01", trials: 10, best: 0 },
    { label: "0.011 .. 0.02", trials: 10 },
    { label: "0.021 .. 0.03", trials: 10 },
    { label: "0.031 .. 0.04", trials: 10, best: 3000 / 4200 },
  ]);
});

test("a value that most trials share stays in one bin", () => {
  const rows = Array.from({ length: 40 }, (_, place) =>
    makeOutcome(place + 1, place, { params: { a: Math.max(0, place - 28), trial: place } }),
  );
  const a = report(rows, ["a"]).parameters.find(({ name }) => name === "a");
  expect(a?.values.map(({ label, trials }) => [label, trials])).toEqual([
    ["0", 29],
    ["1", 1],
    ["2 .. 11", 10],
  ]);
});

test("trials in which a parameter is not searched stay out of its summary", () => {
  const { parameters } = report([
    makeOutcome(1, 10, { params: { optimizer: "adam" } }),
    makeOutcome(2, 20, { params: { optimizer: "sgd", momentum: 0.5 } }),
    makeOutcome(3, 30, { params: { optimizer: "sgd", momentum: 0.9 } }),
  ]);
  const momentum = parameters.find(({ name }) => name === "momentum");
  expect(momentum?.values.map(({ label, trials }) => [label, trials])).toEqual([
    ["0.5", 1],
    ["0.9", 1],
  ]);
  expect(momentum?.importance).toBeNull();
});

test("a value whose trials all failed is told, with how many", () => {
  const failed = [32, 32, 16].map((filters, place) => ({
    ...makeFailedOutcome(place + 3, { kind: "error", message: "" }),
    params: { filters },
  }));
  const [summary] = report([
    makeOutcome(1, 10, { params: { filters: 8 } }),
    makeOutcome(2, 20, { params: { filters: 16 } }),
    ...failed,
  ]).parameters;
  expect(summary?.values.map(({ label, trials, failed }) => [label, trials, failed])).toEqual([
    ["8", 1, 0],
    ["16", 1, 1],
    ["32", 0, 2],
  ]);
  expect(summary?.values[2]?.best).toBeNull();
});

test("values that hardly repeat go into bins too", () => {
  const rows = Array.from({ length: 8 }, (_, place) =>
    makeOutcome(place + 1, place, { params: { rate: place / 100 } }),
  );
  const [summary] = report(rows).parameters;
  expect(summary?.values.map(({ label, trials }) => [label, trials])).toEqual([
    ["0 .. 0.01", 2],
    ["0.02 .. 0.03", 2],
    ["0.04 .. 0.05", 2],
    ["0.06 .. 0.07", 2],
  ]);
});

test("few trials of a short list keep a row for each value", () => {
  const rows = [1, 2, 3, 5, 13].map((x, place) => makeOutcome(place + 1, place, { params: { x } }));
  const [summary] = report(rows).parameters;
  expect(summary?.values.map(({ label }) => label)).toEqual(["1", "2", "3", "5", "13"]);
});
