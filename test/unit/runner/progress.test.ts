import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StepRecord } from "../../../src/core/trial.ts";
import { MetricPatterns } from "../../../src/formats/metric-patterns.ts";
import { Warnings } from "../../../src/formats/warnings.ts";
import { readMeasured } from "../../../src/runner/measured.ts";
import { ProgressLines } from "../../../src/runner/progress.ts";
import { readToldOtherwise } from "../../../src/runner/told-otherwise.ts";
import { makeTestFolder } from "../../support/folder.ts";

function readLines(
  metrics: Readonly<Record<string, string>>,
  lines: readonly string[],
  options: { readonly maxSearchSeconds?: number } = {},
) {
  const steps: StepRecord[] = [];
  const warnings = new Warnings();
  const progress = new ProgressLines(warnings, {
    ...options,
    patterns: new MetricPatterns(metrics),
    onStep: (record) => steps.push(record),
  });
  for (const line of lines) progress.read(line);
  const told = steps.map(({ step, metrics: measured }) => [step, { ...measured }]);
  return { progress, told, warnings };
}

describe("steps that lines tell", () => {
  test("each line tells what is known of its step so far", () => {
    const { told, progress } = readLines({ a: "a", b: "b" }, ["a=1", "x", "b=2 a=3", "b=4"]);
    expect(told).toEqual([
      [1, { a: 1 }],
      [1, { a: 1, b: 2 }],
      [2, { a: 3 }],
      [2, { a: 3, b: 4 }],
    ]);
    expect({ ...progress.found }).toEqual({ a: 3, b: 4 });
  });

  test("of step, epoch and iteration the first that the study names counts, the others are metrics", () => {
    const { told } = readLines({ epoch: "epoch", step: "step", a: "a" }, [
      ...["epoch 1 step 10 a 5", "epoch 1 step 20", "a 6", "step -3 a 7", "step 2.5 a 8"],
    ]);
    expect(told).toEqual([
      [10, { epoch: 1, a: 5 }],
      [20, { epoch: 1 }],
      [20, { epoch: 1, a: 6 }],
      [20, { epoch: 1, a: 7 }],
      [20, { epoch: 1, a: 8 }],
    ]);
  });

  test("what is not finite, and what is no number, is told as a warning", () => {
    const { told, progress, warnings } = readLines({ a: "a=(\\S+)" }, ["a=inf", "a=b"]);
    expect(told).toEqual([[1, {}]]);
    expect({ ...progress.found }).toEqual({ a: Infinity });
    expect(warnings.list()).toEqual([
      "not finite, so left out: history: a",
      "found in the output and no number, so left out: b",
    ]);
  });
});

test("where searching was given up, what was found is not relied upon, and a report is", async () => {
  const metrics = { a: "a" };
  const { progress, warnings } = readLines(metrics, ["a=1"], { maxSearchSeconds: -1 });
  const told = await readToldOtherwise({ metrics }, { progress, warnings });
  const reportFile = join(makeTestFolder(), "result.json");
  const objective = { metric: "a", direction: "maximize" } as const;
  const isReckoned = (): boolean => false;
  const measure = () =>
    readMeasured(
      { history: progress.history, told },
      reportFile,
      { objective, isReckoned },
      warnings,
    );
  expect(await measure()).toMatchObject({
    kind: "error",
    message: expect.stringContaining("took too long and was given up") as string,
  });
  writeFileSync(reportFile, '{"metrics": {"a": 2}}');
  expect(await measure()).toMatchObject({ report: { metrics: { a: 2 } } });
});
