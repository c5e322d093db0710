import fc from "fast-check";
import { expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import type { TrainerReport } from "../../../src/core/trial.ts";
import { formatResult, parseResult } from "../../../src/formats/result-file.ts";
import { mergeHistories } from "../../../src/formats/told-steps.ts";
import { parseTrainerReport, readTrainerReport } from "../../../src/formats/trainer-report.ts";
import { Warnings } from "../../../src/formats/warnings.ts";
import { makeResult, makeTrial } from "../../support/results.ts";

/** What is read of a report for the objective `v`. */
function read(told: string | object) {
  const warnings = new Warnings();
  const text = typeof told === "string" ? told : JSON.stringify(told);
  const { report, oddObjective } = readTrainerReport(text, warnings, "v");
  const metrics = { ...report.metrics };
  const history = report.history.map((step) => ({ ...step, metrics: { ...step.metrics } }));
  return { report, metrics, history, odd: oddObjective, warnings: warnings.list() };
}

test.each<[string, string]>([
  ["not finite, so left out: auc (NaN)", '{"metrics":{"v":0.9,"auc":NaN}}'],
  ["not finite, so left out: auc (null)", '{"metrics":{"v":0.9,"auc":null}}'],
  ['not finite, so left out: auc ("nan")', '{"metrics":{"v":0.9,"auc":"nan"}}'],
  ["not finite, so left out: auc (-Infinity)", '{"metrics":{"v":0.9,"auc":-1e999}}'],
  ['no number, so left out: auc ("good")', '{"metrics":{"v":0.9,"auc":"good"}}'],
  ["no number, so left out: auc ([1,2])", '{"metrics":{"v":0.9,"auc":[1,2]}}'],
  ["no number, so left out: auc (true)", '{"metrics":{"v":0.9,"auc":true}}'],
  ["unknown in a report, so left out: extra", '{"metrics":{"v":0.9},"extra":[{"a":1}]}'],
  ["there twice in the report, and the last one counts: v", '{"metrics":{"v":1,"v":0.9}}'],
  ["a name that is empty or longer than 200 letters, so left out: ", '{"metrics":{"v":0.9,"":1}}'],
  [
    `a name that is empty or longer than 200 letters, so left out: ${"n".repeat(57)}...`,
    `{"metrics":{"v":0.9,"${"n".repeat(10_000)}":1}}`,
  ],
  [
    "a name that is empty or longer than 200 letters, so left out: __proto__",
    '{"metrics":{"v":0.9,"__proto__":1}}',
  ],
  [
    'written as a text or a list, and taken as the number it holds: v ("0.9")',
    '{"metrics":{"v":"0.9"}}',
  ],
  [
    "written as a text or a list, and taken as the number it holds: v ([0.9])",
    '{"metrics":{"v":[0.9]}}',
  ],
  ["the report has no `metrics`: its numbers at the top are taken for them", '{"v":0.9}'],
  ["`history` ", '{"metrics":{"v":0.9},"history":"none"}'],
  ["`holdout` is left out, for holdout: expected correct", holdout(3, 2)],
  ["`holdout` is left out, for holdout.count: ", holdout(0, 0)],
  ["`model` is left out, for model: ", '{"metrics":{"v":0.9},"model":"resnet"}'],
  ["`numerics` is left out, for numerics", '{"metrics":{"v":0.9},"numerics":{"cpu":"x"}}'],
])("beside a finite objective it costs a warning: %s", (warning, text) => {
  const { metrics, warnings } = read(text);
  expect(metrics).toEqual({ v: 0.9 });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(warning.replace("`history` ", "no step, so left out of the"));
});

function holdout(correct: number, count: number): string {
  return JSON.stringify({ metrics: { v: 0.9 }, holdout: { correct, count, predictions: "AA==" } });
}

test.each(["NaN", "Infinity", "-Infinity", "null", '"nan"', '"NA"', "1e999", '"-inf"', "[NaN]"])(
  "an objective of %s is a number that is not finite",
  (value) => {
    const { metrics, odd, warnings } = read(`{"metrics":{"loss":1,"v":${value}}}`);
    expect(odd).toMatchObject({ isNumber: true });
    expect([metrics, warnings]).toEqual([{ loss: 1 }, []]);
    expect(read(`{"v":${value}}`).odd).toMatchObject({ isNumber: true });
  },
);

test.each(["true", '"good"', '"0.9%"', "[1,2]", "[]", '""'])(
  "an objective of %s is no number",
  (value) => expect(read(`{"metrics":{"v":${value}}}`).odd).toMatchObject({ isNumber: false }),
);

test.each([
  '\uFEFF{"metrics":{"v":0.9}}',
  '{\r\n"metrics": {"v": 0.9},\r\n}\r\n',
  '[{"metrics":{"v":0.9}}]',
])("%j needs no word", (text) =>
  expect(read(text)).toMatchObject({ metrics: { v: 0.9 }, warnings: [] }),
);

test("objects within the metrics have their names before their own", () => {
  const told = { metrics: { v: 1, test: { auc: 0.5, top: { five: 0.9 } } } };
  expect(read(told)).toMatchObject({
    metrics: { v: 1, "test.auc": 0.5, "test.top.five": 0.9 },
    warnings: [],
  });
});

test.each<[string, unknown]>([
  [
    "epochs",
    [
      { epoch: 2, rmse: 1 },
      { epoch: 1, rmse: 3 },
    ],
  ],
  [
    "steps",
    [
      { step: 1, metrics: { rmse: 3 } },
      { step: 2, metrics: { rmse: 1 } },
    ],
  ],
  [
    "iterations",
    [
      { iteration: 1, rmse: 3 },
      { iteration: 2, rmse: 1 },
    ],
  ],
  ["no numbers", [{ rmse: 3 }, { rmse: 1 }]],
  [
    "duplicates",
    [
      { epoch: 1, rmse: 9 },
      { epoch: 2, rmse: 1 },
      { epoch: 1, rmse: 3 },
    ],
  ],
  [
    "R's lists of one",
    [
      { epoch: [1], rmse: 3 },
      { epoch: [2], rmse: 1 },
    ],
  ],
  ["Keras' columns", { rmse: [3, 1] }],
  ["columns with their steps", { step: [1, 2], rmse: [3, 1] }],
])("a history of %s", (_, history) => {
  const { history: steps, warnings } = read({ metrics: { v: 1 }, history });
  const expected = [
    { step: 1, metrics: { rmse: 3 }, seconds: 0 },
    { step: 2, metrics: { rmse: 1 }, seconds: 0 },
  ];
  const merged = mergeHistories([], steps, new Warnings());
  expect([merged, warnings]).toEqual([expected, []]);
});

test("an odd step costs itself, a number that is not finite only that", () => {
  const entries = [
    ...['{"epoch":1,"loss":NaN,"acc":0.5,"seconds":2}', '{"epoch":2,"loss":NaN,"acc":0.6}'],
    ...['{"epoch":-1}', '{"epoch":1.5}', '{"epoch":"three"}', "7", '{"epoch":3,"at":"noon"}'],
  ];
  const { history, warnings } = read(`{"metrics":{"v":1},"history":[${entries.join(",")}]}`);
  expect(history).toEqual([
    { step: 1, metrics: { acc: 0.5 }, seconds: 2 },
    { step: 2, metrics: { acc: 0.6 }, seconds: 0 },
    { step: 3, metrics: {}, seconds: 0 },
  ]);
  expect(warnings).toEqual([
    "not finite, so left out: history: loss",
    'a step has a whole number from 0, so left out of the history: epoch -1, epoch 1.5, epoch "three"',
    "no step, so left out of the history: 7",
    "no number, so left out: history: at",
  ]);
});

test("an epoch beside a step is a metric of it", () => {
  const told = { metrics: { v: 1 }, history: [{ epoch: 1, step: 500, loss: 2 }] };
  expect(read(told).history).toEqual([{ step: 500, metrics: { epoch: 1, loss: 2 }, seconds: 0 }]);
});

test("warnings are bounded in number and length", () => {
  const many = Array.from({ length: 5000 }, (_, place) => [`m${place}`, null] as const);
  const { metrics, warnings } = read({ metrics: { ...Object.fromEntries(many), v: 1 } });
  expect(metrics).toEqual({ v: 1 });
  expect(warnings).toEqual(["not finite, so left out: m0 (null), m1 (null), m2 (null) and more"]);
  const all = new Warnings();
  for (let place = 0; place < 33; place++) all.add(`${place} ${"\u001b[2J".repeat(400)}`);
  expect(all.list()).toHaveLength(21);
  expect(all.list().at(-1)).toBe("and 13 more");
  for (const text of all.list()) expect(text.length).toBeLessThanOrEqual(300);
  expect(all.list().join("")).not.toContain("\u001b");
});

test("more numbers than a report may hold leave the objective in it", () => {
  const many = Array.from({ length: 3000 }, (_, place) => [`m${place}`, place] as const);
  const { metrics, warnings } = read({ metrics: { ...Object.fromEntries(many), v: 1 } });
  expect(Object.keys(metrics)).toHaveLength(1001);
  expect(metrics["v"]).toBe(1);
  expect(warnings).toHaveLength(1);
});

test.each<[unknown, object | undefined]>([
  [
    { kind: "diverged", message: "nan" },
    { kind: "diverged", message: "nan" },
  ],
  [
    { kind: "oops", message: "nan" },
    { kind: "error", message: "nan" },
  ],
  ["it broke", { kind: "error", message: "it broke" }],
  [true, { kind: "error", message: "the trainer reported a failure" }],
  [null, undefined],
  [false, undefined],
])("a failure told as %j", (failure, expected) => {
  expect(read({ metrics: { v: 1 }, failure }).report.failure).toEqual(expected);
  if (expected !== undefined) expect(read({ failure }).report.failure).toEqual(expected);
});

test.each([
  ['{"accuracy":"good"}', "has no `metrics`: found accuracy"],
  ["{}", "has no `metrics`: found nothing"],
  ["0.93", 'holds 0.93, expected {"metrics": {"v": ...}}'],
  ["[1,2]", 'holds [1,2], expected {"metrics": {"v": ...}}'],
  ["{'metrics'", "is no JSON: found `'metrics'` at line 1, column 2"],
])("%s is no report", (text, message) => {
  expect(() => read(text)).toThrow(message);
  expect(() => parseTrainerReport(text, "report.json")).toThrow(/^report\.json (has|holds|is)/);
});

test("whatever a trainer leaves, its result can be read again", () => {
  const leaf = fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.string());
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value")),
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "step", "v")), tie("value")),
    ),
  }));
  const told = fc.record(
    { metrics: value, history: value, holdout: value, model: value, failure: value },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(told, (some) => {
      const warnings = new Warnings();
      let report: TrainerReport;
      try {
        ({ report } = readTrainerReport(JSON.stringify(some), warnings, "v"));
      } catch (error) {
        expect(error).toBeInstanceOf(BsweepError);
        return;
      }
      const { metrics, holdout = null, model = null } = report;
      const history = mergeHistories([], report.history, warnings);
      const measured = { metrics, holdout, model, history, warnings: warnings.list() };
      const current = { schemaVersion: 2 as const, earlyEnd: null };
      const result = makeResult(makeTrial(1, {}), 1, 1, { ...measured, ...current });
      expect(parseResult(formatResult(result), "f")).toEqual(JSON.parse(JSON.stringify(result)));
    }),
    { numRuns: 500 },
  );
});
