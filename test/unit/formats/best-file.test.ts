import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatBest, type Best } from "../../../src/formats/best-file.ts";

const BEST: Best = {
  study: "digits",
  metric: "holdoutAccuracy",
  direction: "maximize",
  objective: 4163 / 4200,
  interval: { low: 0.98787, high: 0.9936 },
  over: "rows",
  chosen: null,
  holdout: { correct: 4163, count: 4200 },
  replicates: 1,
  spread: { low: 4163 / 4200, high: 4163 / 4200 },
  number: 17,
  trialId: "0123456789abcdef",
  outside: null,
  modelParameters: 225034,
  complete: 2871,
  sharing: 2,
  trainer: { kind: "cnn", epochs: 10, set: { filters: 64, learningRate: 1e-7, optimizer: "adam" } },
};

test("the YAML says where it comes from and can be pasted", () => {
  expect(formatBest(BEST)).toBe(`# Trial 17 of study digits, the best of 2,871 complete trials
# holdoutAccuracy: 0.9911904761904762
# 95 % interval: 0.98787 .. 0.99360 (rows only, not seeds), 4,163 of 4,200 rows right
# 2 share this value: hold-out loss, model size, trial number decided, in this order
# model: 225,034 parameters

trainer:
  kind: cnn
  epochs: 10
  set:
    filters: 64
    learningRate: 1e-7
    optimizer: adam
`);
});

test("replicates are told, and that the interval is over seeds", () => {
  const text = formatBest({
    ...BEST,
    ...{ holdout: null, replicates: 3, spread: { low: 0.5, high: 1 } },
    ...{ interval: { low: 0.6, high: 0.9 }, over: "seeds" },
  });
  expect(text).toContain("mean of 3 replicates, 0.5 .. 1");
  expect(text).toContain("95 % interval: 0.60000 .. 0.90000 (over seeds)");
});

test("any parameters come back from the YAML as they went in", () => {
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.double({ noNaN: true }), fc.boolean());
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]*$/);
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (set) => {
      const text = formatBest({ ...BEST, trainer: { ...BEST.trainer, set } });
      expect(parse(text)).toEqual({ trainer: { kind: "cnn", epochs: 10, set } });
    }),
  );
});
