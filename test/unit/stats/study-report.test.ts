import { expect, test } from "vitest";
import {
  makeFailedOutcome,
  makeOutcome,
  makeWaitingOutcome,
  reportOf,
} from "../../support/outcomes.ts";

const STUDY = {
  name: "digits",
  objective: { metric: "holdoutAccuracy", direction: "maximize" },
  space: ["trial"],
  settings: [{ setting: "present", differences: [] }],
  explainOutside: () => null,
} as const;

test("counts add up to what was planned; failures go by kind, the most frequent first", () => {
  const report = reportOf(STUDY, [
    makeFailedOutcome(7, { kind: "timeout", message: "ran 30m" }),
    makeFailedOutcome(5, { kind: "out-of-memory", message: "second" }),
    makeFailedOutcome(3, { kind: "out-of-memory", message: "first" }),
    makeOutcome(1, 4000),
    makeOutcome(2, 4000, { metrics: { loss: 1 } }),
    makeWaitingOutcome(4),
  ]);
  expect(report.counts).toMatchObject({
    planned: 6,
    complete: 2,
    failed: 3,
    waiting: 1,
    unranked: 1,
  });
  expect(report.failures).toEqual([
    { kind: "out-of-memory", trials: 2, example: { number: 3, message: "first" } },
    { kind: "timeout", trials: 1, example: { number: 7, message: "ran 30m" } },
  ]);
  expect([...report.ranking].map(({ number }) => number)).toEqual([1]);
  expect(report.holdoutRows).toBe(4200);
});

test("rows are told only when all trials share them", () => {
  const other = makeOutcome(2, 10, { holdout: { correct: 10, count: 100 } });
  expect(reportOf(STUDY, [makeOutcome(1, 1), other]).holdoutRows).toBeNull();
  expect(reportOf(STUDY, []).holdoutRows).toBeNull();
});
