import { expect, test } from "vitest";
import {
  formatProgressLine,
  mergeHistories,
  readProgressLine,
} from "../../../src/formats/told-steps.ts";
import { Warnings } from "../../../src/formats/warnings.ts";

function read(line: string) {
  const warnings = new Warnings();
  const step = readProgressLine(line, { step: 7, seconds: 1.5 }, warnings);
  return { step, warnings: warnings.list() };
}

test.each([
  ['bsweep: {"epoch":1,"rmse":3}', { step: 1, metrics: { rmse: 3 }, seconds: 1.5 }],
  ['bsweep:{"step":0,"rmse":3,"seconds":2}', { step: 0, metrics: { rmse: 3 }, seconds: 2 }],
  ['bsweep: {"rmse":3}', { step: 7, metrics: { rmse: 3 }, seconds: 1.5 }],
  ['bsweep: {"epoch":1,"metrics":{"rmse":3}}\r', { step: 1, metrics: { rmse: 3 }, seconds: 1.5 }],
])("%s tells of a step", (line, step) => expect(read(line)).toEqual({ step, warnings: [] }));

test("a number that is not finite is left out of its step", () => {
  expect(read('bsweep: {"epoch":1,"loss":NaN,"rmse":3}')).toEqual({
    step: { step: 1, metrics: { rmse: 3 }, seconds: 1.5 },
    warnings: ["not finite, so left out: history: loss"],
  });
});

test.each(["epoch 1: loss 3", " bsweep: {}", '{"epoch":1}', "bsweep", ""])(
  "%j is no business of ours",
  (line) => expect(read(line)).toEqual({ step: undefined, warnings: [] }),
);

test.each(["bsweep: no JSON", "bsweep: {'epoch': 1}", "bsweep:", 'bsweep: {"epoch":1'])(
  "%j costs a warning that shows it",
  (line) =>
    expect(read(line)).toEqual({
      step: undefined,
      warnings: [`a line of output that cannot be read as a step: ${line}`],
    }),
);

test("a step that was written is read again", () => {
  const step = { step: 3, metrics: { loss: 0.125, "test.auc": 1e-9 }, seconds: 2.5 };
  expect(formatProgressLine(step)).toBe(
    'bsweep: {"step":3,"loss":0.125,"test.auc":1e-9,"seconds":2.5}',
  );
  expect(read(formatProgressLine(step))).toEqual({ step, warnings: [] });
});

test("what the report says of a step counts, and what only the lines told stays", () => {
  const step = (number: number, loss: number, seconds = 1) => ({
    ...{ step: number, metrics: { loss }, seconds },
  });
  const reported = [step(2, 2), step(1, 1, 0)];
  const merged = mergeHistories([step(3, 3), step(1, 9, 5)], reported, new Warnings());
  expect(merged).toEqual([step(1, 1, 5), step(2, 2), step(3, 3)]);
});

test("a history that would make the result too large is left out with a word", () => {
  const name = "n".repeat(200);
  const steps = Array.from({ length: 20_000 }, (_, step) => ({
    step,
    metrics: { [name]: 1 },
    seconds: 0,
  }));
  const warnings = new Warnings();
  expect(mergeHistories(steps, [], warnings)).toEqual([]);
  expect(warnings.list()[0]).toMatch(/^the history is left out: 20000 steps/);
});
