import { expect, test } from "vitest";
import { FRESH_PROGRESS } from "../../../src/formats/training-progress.ts";
import { observeLoss } from "../../../src/trainer/train.ts";

function verdicts(patience: number, losses: readonly number[]): string[] {
  let { stopping } = FRESH_PROGRESS;
  return losses.map((loss, index) => {
    const observed = observeLoss({ patience }, stopping, index + 1, loss);
    ({ stopping } = observed);
    return observed.verdict;
  });
}

test("stops once `patience` epochs in a row brought nothing better", () => {
  expect(verdicts(1, [3, 2, 2.5])).toEqual(["better", "better", "stop"]);
  expect(verdicts(3, [3, 4, 4, 2, 5, 5, 5])).toEqual([
    "better",
    "wait",
    "wait",
    "better",
    "wait",
    "wait",
    "stop",
  ]);
});

test("an equal loss is not better, so the earlier epoch stays the best", () => {
  let { stopping } = FRESH_PROGRESS;
  expect(stopping.bestEpoch).toBe(0);
  for (const [index, loss] of [1, 1, 2].entries())
    ({ stopping } = observeLoss({ patience: 2 }, stopping, index + 1, loss));
  expect(stopping.bestEpoch).toBe(1);
});
