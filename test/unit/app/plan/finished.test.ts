import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRound } from "../../../../src/app/generate.ts";
import { findForecast, type StudyForecast } from "../../../../src/app/plan/forecast.ts";
import { openPlan } from "../../../../src/app/plan/plan-context.ts";
import type { Trial, TrialResult } from "../../../../src/core/trial.ts";
import { parseManifestLine } from "../../../../src/formats/manifest.ts";
import { recordEffects } from "../../../support/prepare.ts";
import { makeResult, writeResult } from "../../../support/results.ts";
import { makeHeader, makeWorkspace, writeStudy } from "../../../support/study-workspace.ts";

const EPOCHS = 4;
const STUDY = `study: s
data: { train: data/digits }
trainer: { kind: cnn, epochs: ${EPOCHS} }
space: { filters: [4, 8, 16, 32], learningRate: [0.001, 0.01, 0.1] }
`;

type Ending = (trial: Trial, index: number) => Partial<TrialResult>;

/** What the trials of a CNN study tell, each of which ended so. */
async function forecastOf(end: Ending): Promise<StudyForecast> {
  const layout = makeWorkspace(makeHeader(5000));
  const options = { layout, studyFile: writeStudy(layout, STUDY) };
  await generateRound({ ...options, overwrite: false }, recordEffects());
  const manifest = join(layout.round("s", 1), "array-01.trials.jsonl");
  const lines = readFileSync(manifest, "utf8").trimEnd().split("\n");
  const planned = { workspace: layout.workspace, study: "s", round: 1, arraySize: 12, trials: [] };
  for (const [place, line] of lines.entries()) {
    const [trial] = parseManifestLine(line, manifest, place + 1).trials;
    if (trial === undefined) throw new Error("an element without a trial");
    writeResult(planned, 1, makeResult(trial, place + 1, 400, end(trial, place + 1)));
  }
  return findForecast(openPlan(options), layout);
}

const took = (seconds: number): Pick<TrialResult, "timing"> => ({
  timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds },
});

/** Ten seconds for each epoch and each filter. */
const secondsOf = ({ params }: Trial, epochs: number): number =>
  10 * epochs * Number(params["filters"]);

const historyOf = (epochs: number): TrialResult["history"] =>
  Array.from({ length: epochs }, (_, epoch) => ({ step: epoch + 1, metrics: {}, seconds: 1 }));

const asked = (filters: number) => ({
  params: { filters, learningRate: 0.01 },
  resource: { epochs: EPOCHS },
});

test("trials that stop early tell what an epoch takes, and how many there are", async () => {
  const half: Ending = (trial, index) => {
    const epochs = index % 2 === 0 ? EPOCHS : EPOCHS / 2;
    return { ...took(secondsOf(trial, epochs)), history: historyOf(epochs) };
  };
  const forecast = await forecastOf(half);
  expect(forecast.trials).toBe(12);
  // Three quarters of the epochs on the average, all of them at most.
  for (const filters of [4, 32]) {
    const expected = forecast.expectSeconds([asked(filters)]) ?? NaN;
    expect(expected / (10 * 3 * filters)).toBeGreaterThan(0.75);
    expect(expected / (10 * 3 * filters)).toBeLessThan(1.35);
    const { walltimeSeconds } = forecast.fitting([asked(filters)], 1);
    expect(walltimeSeconds).toBeGreaterThan(0.95 * 10 * EPOCHS * filters);
  }
});

test("a pruned trial tells what its steps took, and one that failed otherwise nothing", async () => {
  const forecast = await forecastOf((trial, index) => {
    const early = { reason: "worse than others", step: 1, value: 0.5 };
    if (index <= 2)
      return {
        ...{ state: "failed", objective: null, metrics: {}, holdout: null, model: null },
        ...{ history: [], failure: { kind: "error", message: "no" } },
      };
    return index % 2 === 0
      ? { ...took(secondsOf(trial, EPOCHS)) }
      : {
          ...{ state: "pruned", objective: null, metrics: {}, holdout: null, model: null },
          ...{ history: historyOf(1), earlyEnd: early, ...took(secondsOf(trial, 1)) },
        };
  });
  expect(forecast.trials).toBe(10);
  expect(forecast.finished.shares.filter((share) => share === 1 / EPOCHS)).toHaveLength(5);
  expect(forecast.finished.completeShares).toEqual([1, 1, 1, 1, 1]);
  const { walltimeSeconds } = forecast.fitting([asked(16)], 1);
  expect(walltimeSeconds).toBeGreaterThan(0.9 * secondsOf({ params: { filters: 16 } } as never, 4));
});
