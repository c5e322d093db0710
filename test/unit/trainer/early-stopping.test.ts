import { expect, test } from "vitest";
import { EarlyStopping } from "../../../src/trainer/train.ts";

function verdicts(patience: number, losses: readonly number[]): string[] {
  const stopping = new EarlyStopping(patience);
  return losses.map((loss, index) => stopping.observe(index + 1, loss));
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
  const stopping = new EarlyStopping(2);
  expect(stopping.state.bestEpoch).toBe(0);
  for (const [index, loss] of [1, 1, 2].entries()) stopping.observe(index + 1, loss);
  expect(stopping.state.bestEpoch).toBe(1);
});
