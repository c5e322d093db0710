import { expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import {
  FRESH_PROGRESS,
  parseProgress,
  type Progress,
} from "../../../src/formats/training-progress.ts";

const PROGRESS: Progress = {
  history: [
    {
      epoch: 1,
      loss: 0.5,
      accuracy: 0.8,
      validationLoss: 0.4,
      validationAccuracy: 0.9,
      seconds: 2,
    },
    { epoch: 2, loss: 0.25, seconds: 2.5 },
  ],
  epoch: { rows: 128, lossSum: -0.5, correct: 100, seconds: 0.5 },
  stopping: { bestLoss: 0.4, bestEpoch: 1 },
  plateau: { scale: 0.5, bestLoss: 0.4, waited: 1 },
};

test.each([PROGRESS, FRESH_PROGRESS])("what was written is read", (progress) => {
  expect(parseProgress(JSON.stringify(progress), "x")).toEqual(progress);
});

test("all that is wrong is told at once", () => {
  const text = JSON.stringify({
    ...PROGRESS,
    epoch: { ...PROGRESS.epoch, rows: -1, lossSum: null },
    stopping: { bestLoss: 1 },
    more: 1,
  });
  const refusal = (): unknown => parseProgress(text, "c.safetensors");
  expect(refusal).toThrow(BsweepError);
  expect(refusal).toThrow("c.safetensors is no valid checkpoint");
  try {
    refusal();
  } catch (error) {
    const { code, issues } = error as BsweepError;
    expect(code).toBe("INVALID_MODEL");
    expect(issues.map(({ path }) => path)).toEqual([
      "epoch.rows",
      "epoch.lossSum",
      "stopping.bestEpoch",
      "",
    ]);
  }
  expect(() => parseProgress("", "x")).toThrow(BsweepError);
});
