import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCnnSizer } from "../../src/cnn/shapes.ts";
import { resolveCnnParameters } from "../../src/cnn/parameters.ts";
import type { LocalSummary } from "../../src/app/local.ts";
import { Artifacts } from "../../src/rounds/artifacts.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { runBsweep, startBsweep, until } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { spawnSync } from "../support/programs.ts";
import { requireHere } from "../support/requirements.ts";
import { readResults } from "../support/rounds.ts";
import { type Example, localArgs, makeExample, PYTHONS } from "../support/trainer-example.ts";

const hasTorch = requireHere(["Python's torch"]);
const hasKeras = requireHere(["Python's keras"]);

/** Numbers that a model consists of. */
const COUNT_TORCH = `
import sys, torch
print(sum(each.numel() for each in torch.load(sys.argv[1]).values()))
`;
const COUNT_KERAS = `
import keras, sys
print(keras.models.load_model(sys.argv[1]).count_params())
`;

describe.each([
  ["pytorch", hasTorch, "model.pt", COUNT_TORCH],
  ["keras", hasKeras, "model.keras", COUNT_KERAS],
] as const)("the example for %s", (name, isHere, model, count) => {
  test.runIf(isHere)(
    "trains a network of bsweep's CNN",
    async () => {
      const example = await makeExample(name, [["trials: 8", "trials: 2"]]);
      const end = await runBsweep(localArgs(example));
      expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
      const size = createCnnSizer({ height: 28, width: 28, channels: 1, classes: 10 });
      const artifacts = new Artifacts(example.layout, example.study);
      for (const { trialId, metrics, history, params, ...result } of readResults(
        example.resultFolder,
      ).values()) {
        expect(result.warnings).toEqual([]);
        expect(result.objective).toBe(metrics["balancedAccuracy"]);
        expect(metrics["auc"]).toBeGreaterThan(0.5);
        expect(result.holdout).toMatchObject({ count: 50 });
        const losses = history.map((step) => step.metrics["loss"] ?? Infinity);
        expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
        expect(history.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
        const sizing = size(resolveCnnParameters(params));
        const file = join(artifacts.folderOf(trialId), model);
        const counted = spawnSync(PYTHONS[name] ?? "", ["-c", count, file]);
        expect(counted.status, counted.stderr).toBe(0);
        expect(Number(counted.stdout)).toBe(sizing.ok ? sizing.size.parameters : undefined);
      }
    },
    300_000,
  );
});

test.each(
  (
    [
      ["pytorch", hasTorch],
      ["keras", hasKeras],
    ] as const
  ).filter(([, isHere]) => isHere),
)(
  "the example for %s, stopped after an epoch, comes out as one never stopped",
  async (name) => {
    const changes = [
      ["trials: 8", "trials: 1"],
      ["epochs: 5", "epochs: 6"],
      ["space:\n", "space:\n  batchSize: [16]\n"],
    ] as const;
    const measured = (example: Example) => {
      const result = readResults(example.resultFolder).get(1);
      const steps = result?.history.map(({ step, metrics }) => [step, metrics]);
      return { state: result?.state, ...result?.metrics, steps };
    };
    const untouched = await makeExample(name, changes);
    await runBsweep(localArgs(untouched));
    const stopped = await makeExample(name, changes);
    const running = startBsweep(localArgs(stopped));
    await until(
      () => existsSync(stopped.log) && readFileSync(stopped.log, "utf8").includes('"epoch": 2'),
    );
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ signal: "SIGTERM" });
    await runBsweep(localArgs(stopped));
    expect(readFileSync(stopped.log, "utf8")).toMatch(/going on after [2-5] epochs/);
    expect(measured(stopped)).toEqual(measured(untouched));
    expect(measured(stopped)).toMatchObject({ state: "complete" });
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

test.runIf(requireHere(["Python's scikit-learn"]))(
  "the example of scikit-learn ranks kinds of models by what bsweep reckons of their probabilities",
  async () => {
    const example = await makeExample("sklearn", [["trials: 12", "trials: 3"]]);
    const end = await runBsweep(localArgs(example));
    expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 3, failed: 0 });
    const results = [...readResults(example.resultFolder).values()];
    expect(new Set(results.map(({ params }) => params["model"])).size).toBe(3);
    for (const { metrics, objective, holdout, warnings } of results) {
      expect(warnings).toEqual([]);
      expect(objective).toBe(metrics["auc"]);
      expect(objective).toBeGreaterThan(0.9);
      expect(holdout).toMatchObject({ count: 50 });
      expect(Object.keys(metrics)).toEqual(
        expect.arrayContaining(["auc", "balancedAccuracy", "logLoss", "macroF1"]),
      );
    }
  },
  300_000,
);

/** Of LightGBM. */
const ROUNDS = 80;

test.runIf(requireHere(["Python's LightGBM"]))(
  "the example of LightGBM is stopped by a pruner, and goes on from its rounds when it is promoted",
  async () => {
    const example = await makeExample("lightgbm", [
      [/space:\n[^]*trials: 8\n/, "space: { learning_rate: [0.2, 0.0001] }\n"],
      ["# pruner:", "pruner:"],
      ["minResource: 5", "minResource: 1"],
      // So many that it is stopped long before the last one, on a busy machine too.
      ["epochs: 50", `epochs: ${ROUNDS}`],
    ]);
    const { layout, study, studyFile } = example;
    const steps = Array.from({ length: ROUNDS }, (_, at) => at + 1);
    await runBsweep(localArgs(example));
    const [good, bad] = [...readResults(example.resultFolder).values()];
    expect(good).toMatchObject({ state: "complete", warnings: [], holdout: { count: 50 } });
    expect(good?.objective).toBe(good?.metrics["logLoss"]);
    // Of chance: ln 10.
    expect(good?.objective).toBeLessThan(2);
    expect(good?.history.map(({ step }) => step)).toEqual(steps);
    const losses = good?.history.map(({ metrics }) => metrics["validationLoss"] ?? NaN) ?? [];
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(bad).toMatchObject({ state: "pruned", earlyEnd: { evidence: { rung: 1, rank: 2 } } });

    await runBsweep(["promote", studyFile, `--workspace=${layout.workspace}`, "--top", "1"]);
    await runBsweep(localArgs(example));
    const promoted = join(layout.roundResults(study, 2), "array-01");
    const [result] = [...readResults(promoted).values()];
    expect(result).toMatchObject({ state: "complete", holdout: { count: 50 } });
    expect(result?.history.map(({ step }) => step)).toEqual(steps);
    const log = join(layout.round(study, 2), "logs/array-01/1.log");
    expect(readFileSync(log, "utf8")).toMatch(/going on after \d+ rounds/);
  },
  300_000,
);

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
