import { expect, test } from "vitest";
import { describeTrial, type RunGroup } from "../../../../src/app/optuna/describe-trial.ts";
import type { StepRecord } from "../../../../src/core/trial.ts";
import { fitDistribution } from "../../../../src/formats/optuna.ts";
import type { Run } from "../../../../src/storage/runs.ts";
import { makeOutcome, reportOf } from "../../../support/outcomes.ts";

const context = {
  metric: "holdoutAccuracy",
  distributions: new Map([["x", fitDistribution(undefined, [1])]]),
};

type Told = Omit<NonNullable<Run["result"]>, "history"> & { history: readonly StepRecord[] };

function makeRun(number: number, result: Partial<Told> | null): Run {
  const { trialId } = makeOutcome(number, 0);
  const told = {
    ...{ state: "complete" as const, metrics: { holdoutAccuracy: 0.5 }, host: `host-${number}` },
    startedAt: new Date(Date.UTC(2026, 0, 1, number)),
    ...{ seconds: 60, failure: null, earlyEnd: null },
    ...result,
    history: JSON.stringify(result?.history ?? []),
  };
  return {
    ...{ number, trialId, params: '{"x":1}', replicate: number - 1, epochs: 10 },
    ...{ setting: "present", result: result === null ? null : told },
  };
}

const step = (at: number, metrics: StepRecord["metrics"]) => ({ step: at, metrics, seconds: 1 });

test("replicates are one trial: the ranking's mean, steps averaged, from the first start to the last end", () => {
  const report = reportOf(
    {
      ...{ name: "s", objective: { metric: "holdoutAccuracy", direction: "maximize" } },
      ...{ space: ["x"], settings: [{ setting: "present", differences: [] }] },
      explainOutside: () => null,
    },
    [1, 2].map((number) => makeOutcome(number, 2100 * number, { params: { x: 1 } })),
  );
  const runs: RunGroup["runs"] = [
    makeRun(1, { history: [step(1, { validationAccuracy: 0.2 }), step(2, { loss: 3 })] }),
    makeRun(2, { history: [step(1, { validationAccuracy: 0.4 })] }),
    makeRun(3, { state: "failed", failure: { kind: "error", message: "no" } }),
  ];
  const trial = describeTrial({ params: { x: 1 }, runs, row: report.ranking.at(0) }, context);
  expect(trial).toMatchObject({
    ...{ state: "COMPLETE", values: [0.75], params: [{ name: "x", value: 1 }] },
    startedAt: new Date(Date.UTC(2026, 0, 1, 1)),
    endedAt: new Date(Date.UTC(2026, 0, 1, 2, 1)),
    attributes: {
      ...{ trial: 1, host: "host-1, host-2", seconds: 60 },
      replicates: [
        { replicate: 0, state: "complete" },
        { replicate: 1, state: "complete" },
        { replicate: 2, state: "failed" },
      ],
    },
  });
  expect([...trial.intermediate]).toEqual([[1, expect.closeTo(0.3, 12)]]);
  expect(trial.attributes).not.toHaveProperty("failure");
});

test.each([
  ["WAITING", [makeRun(1, null), makeRun(2, { state: "failed" })]],
  [
    "PRUNED",
    [makeRun(1, null), makeRun(2, { state: "pruned", history: [step(3, { holdoutAccuracy: 1 })] })],
  ],
  ["FAIL", [makeRun(1, { metrics: {} })]],
  // Its result came after the ranking was made.
  ["WAITING", [makeRun(1, {})]],
] as const)("without a rank: %s", (state, runs) => {
  const group = { params: { x: 1 }, runs: runs as unknown as RunGroup["runs"], row: undefined };
  const trial = describeTrial(group, context);
  expect([trial.state, trial.values]).toEqual([state, state === "PRUNED" ? [1] : []]);
  if (state === "WAITING") expect([trial.fixed, trial.params]).toEqual([{ x: 1 }, []]);
  if (state === "FAIL")
    expect(trial.attributes["failure"]).toBe("complete without holdoutAccuracy");
});
