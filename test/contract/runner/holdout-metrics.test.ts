import { formatValue } from "../../../src/core/parameter-value.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";
import { readResults } from "../../support/rounds.ts";

const ROWS = 300;
const HELD_OUT = 60;

/** Knows the labels: what it leaves behaves as the trial's `way` says. */
const PROGRAM = `
const { mkdirSync, readFileSync, symlinkSync, writeFileSync } = require("node:fs");
const [way, probabilitiesFile] = process.argv.slice(2);
const { BSWEEP_DATA: data, BSWEEP_HOLDOUT: heldOut, BSWEEP_RESULT: result } = process.env;
const labels = readFileSync(data + "/labels.bin");
const rows = JSON.parse(readFileSync(heldOut, "utf8"));
const truth = rows.map((row) => labels[row]);
/** Sure of the true class by half, and of the next one by a third. */
const values = Float32Array.from(truth.flatMap((label) =>
  Array.from({ length: 10 }, (_, each) =>
    each === label ? 0.5 : each === (label + 1) % 10 ? 0.3 : 0.2 / 8)));
const predictions = Buffer.from(truth).toString("base64");
const told = { metrics: {} };
const leave = (written) => writeFileSync(probabilitiesFile, written);
const ways = {
  probabilities: () => leave(values),
  predictions: () => (told.holdout = { correct: rows.length, count: rows.length, predictions }),
  nothing: () => {},
  nan: () => { values[17] = NaN; leave(values); },
  sum: () => { values[10] += 0.25; leave(values); },
  short: () => leave(values.subarray(10)),
  float64: () => leave(Float64Array.from(values)),
  folder: () => mkdirSync(probabilitiesFile),
  link: () => symlinkSync(data + "/images.bin", probabilitiesFile),
  own: () => { leave(values); told.metrics.logLoss = 0.125; },
  rows: () => (told.holdout = { correct: 1, count: 2, predictions: "AAE=" }),
  class: () => {
    const wrong = Buffer.from(truth.map((label) => label + 10)).toString("base64");
    told.holdout = { correct: 0, count: rows.length, predictions: wrong };
  },
};
ways[way]();
writeFileSync(result, JSON.stringify(told));
`;

/** Runs a trial for each way, ranked by the metric. */
async function runWays(metric: string, ways: readonly string[]): Promise<Map<string, TrialResult>> {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: ROWS });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  writeFileSync(join(layout.workspace, "train.cjs"), PROGRAM);
  const studyFile = join(layout.workspace, "study.yaml");
  const study = `
study: s
objective: { metric: ${metric} }
data: { train: data/digits, holdout: 0.2 }
trainer: { command: [node, train.cjs, "{{way}}", "{{probabilities}}"] }
space: { way: [${ways.join(", ")}] }
`;
  writeFileSync(studyFile, study);
  const end = await runBsweep(["local", studyFile, `--workspace=${layout.workspace}`, "--json"]);
  expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: ways.length, left: 0 });
  const results = readResults(join(layout.roundResults("s", 1), "array-01"));
  return new Map(
    [...results.values()].map((result) => [formatValue(result.params["way"] ?? ""), result]),
  );
}

describe("what bsweep reckons of a command's hold-out", { timeout: 240_000 }, () => {
  test("from probabilities all, from predictions what needs no more; what does not fit fails with its reason", async () => {
    const ways = [
      "probabilities",
      "predictions",
      "nothing",
      "nan",
      "sum",
      "short",
      "float64",
      "folder",
      "link",
      "own",
    ];
    const results = await runWays("logLoss", ways);
    const whole = results.get("probabilities");
    expect(whole?.objective).toBeCloseTo(-Math.log(0.5), 6);
    // Each class has 0.5 or less for others, and for one of them 0.3.
    expect(whole?.metrics).toMatchObject({ balancedAccuracy: 1, macroF1: 1, auc: 1 });
    expect(whole?.holdout).toMatchObject({ correct: HELD_OUT, count: HELD_OUT });
    expect(whole?.warnings).toEqual([]);
    const failures = new Map([...results].map(([way, { failure }]) => [way, failure]));
    const none = "the trainer reported no logLoss, which is the study's objective, but";
    const variable = "in the file that BSWEEP_PROBABILITIES names";
    expect(failures.get("predictions")).toMatchObject({
      kind: "error",
      message: `${none} balancedAccuracy, macroF1; nor can it be reckoned: it left no probabilities of the rows held out ${variable}`,
    });
    expect(failures.get("nothing")?.message).toContain(`${none} no metric at all; nor can it be`);
    expect(failures.get("nan")).toMatchObject({
      kind: "diverged",
      message: expect.stringContaining("row 1 holds NaN for class 7, expected 0 .. 1") as string,
    });
    const messages = Object.fromEntries(
      [...failures].map(([way, failure]) => [way, failure?.message ?? ""]),
    );
    expect(messages["sum"]).toContain("row 1 sums to 1.25, expected 1");
    const size = "expected 2400: float32, 60 rows of 10 classes";
    expect(messages["short"]).toContain(`the file of probabilities has 2360 bytes, ${size}`);
    expect(messages["float64"]).toContain(`has 4800 bytes (these are float64), ${size}`);
    expect(messages["folder"]).toContain("the file of probabilities is no plain file");
    expect(messages["link"]).toContain("the file of probabilities cannot be read");
    expect(results.get("own")).toMatchObject({ objective: 0.125 });
    expect(results.get("own")?.warnings.join()).toContain("logLoss 0.125, reckoned 0.693147");
  });

  test("classes alone do for balanced accuracy, if they are those of the hold-out's rows", async () => {
    const results = await runWays("balancedAccuracy", ["predictions", "rows", "class", "nothing"]);
    expect(results.get("predictions")).toMatchObject({ objective: 1, metrics: { macroF1: 1 } });
    const messages = [...results.values()].map(({ failure }) => failure?.message ?? "");
    expect(messages[1]).toContain("holdout.predictions has 2 rows, expected the hold-out's 60");
    expect(messages[2]).toMatch(/holdout\.predictions has class 1\d for row 0, expected 0 \.\. 9/);
    expect(messages[3]).toContain("names, and no `holdout.predictions`");
  });
});

test("the built-in trainer tells the same metrics", async () => {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: ROWS });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  const studyFile = join(layout.workspace, "study.yaml");
  const study = `
study: s
objective: { metric: auc }
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: 2 }
space: { filters: [8] }
`;
  writeFileSync(studyFile, study);
  const end = await runBsweep(["local", studyFile, `--workspace=${layout.workspace}`, "--json"]);
  expect(end.exitStatus).toBe(0);
  const [result] = readResults(join(layout.roundResults("s", 1), "array-01")).values();
  const {
    auc = 0,
    logLoss,
    holdoutLoss,
    macroF1,
    holdoutMacroF1,
    balancedAccuracy,
  } = result?.metrics ?? {};
  expect(result?.objective).toBe(auc);
  expect(auc).toBeGreaterThan(0.6);
  expect(auc).toBeLessThan(1);
  expect(macroF1).toBe(holdoutMacroF1);
  expect(logLoss).toBeCloseTo(holdoutLoss ?? NaN, 4);
  expect(balancedAccuracy).toBeGreaterThan(0.1);
}, 120_000);
