import { expect, test } from "vitest";
import type { PlanReport } from "../../../src/app/plan.ts";
import { formatPlan } from "../../../src/reports/plan-report.ts";

const PLAN: PlanReport = {
  study: "digits-grid",
  file: "study.yaml",
  sampler: "grid",
  dataset: { path: "data/digits", rows: 42_000, holdout: 0.07, trainingRows: null },
  replicates: 2,
  excluded: null,
  proposed: 3000,
  impossible: [
    {
      reason: "block 1: nothing is left to pool at 1 x 1",
      trials: 100,
      example: { blocks: 5, filters: 16 },
    },
  ],
  repeated: 20,
  trials: 2880,
  planned: 1000,
  withResult: 900,
  newTrials: 1880,
  newCoreHours: 612.4,
  arrays: {
    site: "compute1",
    arrays: 2,
    elements: 1880,
    lastArrayElements: 880,
    maxArraySize: 1000,
    trialsPerElement: 1,
    atOnce: 50,
    coreHoursAtMost: 940,
    elapsedSecondsAtMost: 38 * 1800,
  },
  largest: {
    parameters: 7_741_962,
    flopsPerExample: 301_700_000,
    params: { filters: 256, dropout: 0.2 },
    memoryMiB: 2048,
    slowestCoreSeconds: 5400,
  },
  request: null,
  warnings: [],
};

test("a plan at a glance", () => {
  expect(formatPlan(PLAN)).toBe(
    `
study     digits-grid: grid, 2 replicates
data      data/digits: 42,000 rows, 7 % held out
trials    2,880, of 3,000 proposed: 100 impossible and 20 that train the same as another left out
planned   1,000 in earlier rounds, 900 with a result
new       1,880 in 2 arrays of 1,000 elements, the last of 880, on compute1
at most   940 core-hours, over in 19h 00m with 50 at once
about     613 core-hours, reckoned from the networks; the slowest trial 1h 30m
largest   7,741,962 parameters, 301.7 MFLOP per example, about 2GB
          filters 256, dropout 0.2

impossible networks
  100: block 1: nothing is left to pool at 1 x 1
    such as blocks 5, filters 16
`.trim(),
  );
});

test("nothing new, nothing to pay", () => {
  const arrays = {
    ...PLAN.arrays,
    arrays: 0,
    elements: 0,
    lastArrayElements: 0,
    coreHoursAtMost: 0,
  };
  const text = formatPlan({
    ...PLAN,
    impossible: [],
    repeated: 0,
    planned: 2880,
    newTrials: 0,
    arrays,
  });
  expect(text).toContain("\ntrials    2,880\n");
  expect(text).toContain("\nnew       0\nlargest ");
});

test("packed elements, one array, many reasons", () => {
  const impossible = Array.from({ length: 7 }, (_, at) => ({
    reason: `reason ${at}`,
    trials: 1,
    example: {},
  }));
  const arrays = {
    ...PLAN.arrays,
    arrays: 1,
    elements: 1,
    lastArrayElements: 1,
    trialsPerElement: 4,
  };
  const text = formatPlan({ ...PLAN, impossible, arrays });
  expect(text).toContain("in 1 array of 1 element, 4 trials in each, on compute1");
  expect(text).toContain("reason 4");
  expect(text).not.toContain("reason 5");
  expect(text).toMatch(/and 2 other reasons$/);
});

test("a plan says how many rows are trained on, where these are not all", () => {
  const dataset = { path: "d", rows: 60_000, holdout: 0.1, trainingRows: 5000 };
  expect(formatPlan({ ...PLAN, dataset })).toContain(
    "data      d: 60,000 rows, 10 % held out, trained on 5,000 of the others\n",
  );
});
