import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { readMetricsFile } from "../../../src/formats/metrics-file.ts";
import { Warnings } from "../../../src/formats/warnings.ts";

function read(file: string, text: string) {
  const warnings = new Warnings();
  const { metrics, history } = readMetricsFile(text, file, warnings);
  const steps = history.map(({ step, metrics: told }) => [step, { ...told }]);
  return { metrics: { ...metrics }, steps, warnings: warnings.list() };
}

describe("JSON", () => {
  test("an object of numbers holds final ones", () => {
    expect(read("m.json", '{"accuracy": 0.9, "test": {"auc": NaN}, "epoch": 3}')).toEqual({
      metrics: { accuracy: 0.9, test: { auc: NaN }, epoch: 3 },
      ...{ steps: [], warnings: [] },
    });
    expect(read("m.json", '{"metrics": {"accuracy": 0.9}}').metrics).toEqual({ accuracy: 0.9 });
  });

  test("lists by name are steps, as Keras has them, and so are lists of steps under any name", () => {
    const keras = read("m.json", '{"loss": [3, 2], "val_loss": [4, 1], "best": 7}');
    expect(keras.metrics).toEqual({ loss: 2, val_loss: 1, best: 7 });
    expect(keras.steps).toEqual([
      [1, { loss: 3, val_loss: 4 }],
      [2, { loss: 2, val_loss: 1 }],
    ]);
    const trainer = read(
      "trainer_state.json",
      '{"best_metric": 0.5, "log_history": [{"step": 10, "loss": 3}, {"step": 10, "eval": 1}, {"step": 20, "loss": 2}]}',
    );
    expect(trainer.metrics).toEqual({ best_metric: 0.5, loss: 2, eval: 1 });
    expect(trainer.steps).toEqual([
      [10, { loss: 3, eval: 1 }],
      [20, { loss: 2 }],
    ]);
  });

  test.each(["m.jsonl", "m.ndjson", "m.json"])("a line each is a step each: %s", (file) => {
    const { metrics, steps } = read(file, '{"epoch": 0, "acc": 0.1}\n{"epoch": 1, "acc": 0.2}\n');
    expect(metrics).toEqual({ acc: 0.2 });
    expect(steps).toEqual([
      [0, { acc: 0.1 }],
      [1, { acc: 0.2 }],
    ]);
  });

  test("half a line is left out and told", () => {
    const { steps, warnings } = read("m.jsonl", '{"acc": 0.1}\n{"acc": 0.');
    expect(steps).toEqual([[1, { acc: 0.1 }]]);
    expect(warnings).toEqual(["lines of trainer.metricsFile that are no JSON, so left out: 2"]);
  });

  test.each(['"text"', "{", "", "3"])("%j is refused", (text) => {
    expect(() => read("m.json", text)).toThrow(BsweepError);
  });
});

describe("CSV", () => {
  test("a row is a step; the last cell of each column that holds a number is final", () => {
    const lightning =
      "\uFEFFepoch,step,train_loss,val_acc\r\n0,9,0.5,\r\n0,9,,0.7\r\n1,19,nan,\r\n";
    expect(read("metrics.csv", lightning)).toEqual({
      metrics: { epoch: 1, train_loss: NaN, val_acc: 0.7 },
      steps: [
        [9, { epoch: 0, train_loss: 0.5, val_acc: 0.7 }],
        [19, { epoch: 1 }],
      ],
      warnings: ["not finite, so left out: history: train_loss"],
    });
  });

  test("without a number of its own a step is a row, and texts say nothing", () => {
    expect(read("m.csv", 'when,acc\n"a, b",0.1\n2026-01-01,0.2\n\n')).toMatchObject({
      metrics: { acc: 0.2 },
      steps: [
        [1, { acc: 0.1 }],
        [2, { acc: 0.2 }],
      ],
    });
    expect(read("m.csv", "__proto__,acc\n1,2\n").metrics).toMatchObject({ acc: 2 });
    expect(read("m.csv", "")).toMatchObject({ metrics: {}, steps: [] });
  });
});
