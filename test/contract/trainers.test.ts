import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCnnSizer } from "../../src/cnn/shapes.ts";
import { resolveCnnParameters } from "../../src/cnn/parameters.ts";
import type { LocalSummary } from "../../src/app/local.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { runBsweep, startBsweep, until } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { requireHere } from "../support/requirements.ts";
import { readResults } from "../support/rounds.ts";
import { type Example, localArgs, makeExample } from "../support/trainer-example.ts";

const hasTorch = requireHere(["Python's torch"]);
const hasKeras = requireHere(["Python's keras"]);

describe.each([
  ["pytorch", hasTorch],
  ["keras", hasKeras],
] as const)("the example for %s", (name, isHere) => {
  test.runIf(isHere)(
    "trains bsweep's CNN",
    async () => {
      const example = await makeExample(name, [["trials: 8", "trials: 2"]]);
      const end = await runBsweep(localArgs(example));
      expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
      const size = createCnnSizer({ height: 28, width: 28, channels: 1, classes: 10 });
      for (const { metrics, history, params, ...result } of readResults(
        example.resultFolder,
      ).values()) {
        expect(result.warnings).toEqual([]);
        expect(metrics["logLoss"]).toBeCloseTo(metrics["holdoutLoss"] ?? NaN, 3);
        expect(metrics["auc"]).toBeGreaterThan(0.5);
        expect((result.holdout?.correct ?? NaN) / 50).toBeCloseTo(
          metrics["holdoutAccuracy"] ?? NaN,
          5,
        );
        const losses = history.map((step) => step.metrics["loss"] ?? Infinity);
        expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
        // Of 50 rows.
        expect(Math.round((metrics["holdoutAccuracy"] ?? NaN) * 50)).toBeGreaterThanOrEqual(0);
        expect(history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
        const sizing = size(resolveCnnParameters(params));
        expect(metrics["parameters"]).toBe(sizing.ok ? sizing.size.parameters : undefined);
      }
    },
    300_000,
  );
});

const goesOn = "the PyTorch example, stopped within an epoch, comes out as one never stopped";
test.runIf(hasTorch)(
  goesOn,
  async () => {
    const changes = [
      ["trials: 8", "trials: 1"],
      ["epochs: 5", "epochs: 6"],
      ["space:\n", "space:\n  batchSize: [16]\n"],
    ] as const;
    const measured = (example: Example) => {
      const result = readResults(example.resultFolder).get(1);
      return { ...result?.metrics, history: result?.history.map((step) => step.metrics["loss"]) };
    };
    const untouched = await makeExample("pytorch", changes);
    await runBsweep(localArgs(untouched));
    const stopped = await makeExample("pytorch", changes);
    const running = startBsweep(localArgs(stopped));
    await until(
      () => existsSync(stopped.log) && readFileSync(stopped.log, "utf8").includes('"epoch": 2'),
    );
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ signal: "SIGTERM" });
    await runBsweep(localArgs(stopped));
    expect(readFileSync(stopped.log, "utf8")).toMatch(/going on after \d+ epochs and \d+ rows/);
    expect(measured(stopped)).toEqual(measured(untouched));
  },
  300_000,
);

test("the one-liner of shell finds the minimum", async () => {
  const workspace = makeTestFolder();
  const studyFile = join(packagedTemplates(), "trainers", "shell", "study.yaml");
  const end = await runBsweep(["local", studyFile, `--workspace=${workspace}`, "--json"]);
  const summary = JSON.parse(end.stdout) as LocalSummary;
  expect(summary).toMatchObject({ done: 18, failed: 0, best: { objective: 0 } });
  const best = await runBsweep(["best", studyFile, `--workspace=${workspace}`]);
  expect(best.stdout).toContain("set:\n    penalty: 0\n    x: 2\n");
  expect(best.stdout).toMatch(/^trainer:\n {2}command:\n/m);
});

test.runIf(requireHere(["Rscript"]))(
  "the example of R is swept as it is, and each fold is a step",
  async () => {
    const { workspace, roundResults } = createLayout(makeTestFolder());
    const example = join(packagedTemplates(), "trainers", "r");
    cpSync(join(example, "train.R"), join(workspace, "train.R"));
    const studyFile = join(workspace, "study.yaml");
    const study = readFileSync(join(example, "study.yaml"), "utf8");
    writeFileSync(studyFile, study.replace("trials: 16", "trials: 4"));
    const end = await runBsweep(["local", studyFile, `--workspace=${workspace}`, "--json"]);
    expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 4, failed: 0 });
    const results = [...readResults(join(roundResults("ozone-in-r", 1), "array-01")).values()];
    for (const { history, metrics } of results) {
      expect(history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(history.at(-1)?.metrics).toEqual(metrics);
      expect(metrics["mae"]).toBeLessThan(metrics["rmse"] ?? NaN);
    }
    // The deviation of what is predicted is 33.
    expect(Math.min(...results.map(({ objective }) => objective ?? NaN))).toBeLessThan(22);
  },
  300_000,
);
