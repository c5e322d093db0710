import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ArtifactReport } from "../../../src/app/artifacts.ts";
import { splitRows } from "../../../src/cnn/split.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { openModel } from "../../../src/workspace/models.ts";
import { type ProcessEnd, runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";
import { readResults } from "../../support/rounds.ts";

const ROWS = 300;

async function makeStudy(more: string, epochs = 4) {
  const workspace = makeTestFolder();
  const csv = join(workspace, "train.csv");
  writeKaggleCsv(csv, { rows: ROWS });
  await prepare({ kind: "csv", csv }, join(workspace, "data", "digits"));
  const file = join(workspace, "study.yaml");
  writeFileSync(
    file,
    `study: s
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: ${epochs}, set: { denseUnits: 16, batchSize: 20, filters: 4 } }
resources: { checkpoint: epoch }
${more}`,
  );
  const layout = createLayout(workspace);
  return {
    ...{ workspace, layout, csv },
    run: (command: string, ...words: string[]): Promise<ProcessEnd> =>
      runBsweep([command, file, ...words, `--workspace=${workspace}`]),
    results: (): ReadonlyMap<number, TrialResult> =>
      readResults(join(layout.roundResults("s", 1), "array-01")),
  };
}

test("a trial of the CNN leaves the model that was judged: it predicts what the result says, and is exported", async () => {
  const own = await makeStudy(
    "artifacts: { keep: 1 }\nspace: { learningRate: [0.00001, 0.003] }\n",
  );
  expect((await own.run("local")).exitStatus).toBe(0);
  const listed = await own.run("artifacts", "--json");
  expect(listed.exitStatus).toBe(0);
  const { kept } = JSON.parse(listed.stdout) as ArtifactReport;
  expect(kept.map(({ number }) => number)).toEqual([2]);
  const predicted = await own.run("predict", `--csv=${own.csv}`, "--model=trial-2");
  expect(predicted.exitStatus, predicted.stderr).toBe(0);
  const lines = readFileSync(join(own.workspace, "submission.csv"), "utf8").trim().split("\n");
  const labels = lines.slice(1).map((line) => Number(line.split(",")[1]));
  const truth = readFileSync(join(own.workspace, "data", "digits", "labels.bin"));
  const held = splitRows(truth, { holdout: 0.2, validation: 0, seed: 0 }).holdout;
  const said = Buffer.from(own.results().get(2)?.holdout?.predictions ?? "", "base64");
  expect([...held].map((row) => labels[row])).toEqual([...said]);
  const [folder = ""] = kept.map((each) => join(own.workspace, each.folder));
  expect(openModel(folder).model).toMatchObject({
    ...{ name: "trial-2", seed: 1, test: null },
    dataset: { path: "data/digits", rows: ROWS - held.length },
  });
  const unnamed = await own.run("predict", `--csv=${own.csv}`, "--force");
  expect([unnamed.exitStatus, unnamed.stderr]).toEqual([
    6,
    expect.stringContaining("--model takes one that a trial itself left: trial-2"),
  ]);
  const exported = await own.run("export", "--format=tfjs", "--model=trial-2", "--to=tfjs");
  expect(exported.exitStatus, exported.stderr).toBe(0);
  expect(readdirSync(join(own.workspace, "tfjs"))).toEqual(["model.json", "weights.bin"]);
});

test("a pruned trial leaves nothing, and its model once it was promoted", async () => {
  // So many epochs that none is over before it can be stopped.
  const own = await makeStudy(
    `artifacts: { keep: all }
pruner: { kind: successive-halving, keepCheckpoints: true }
space: { learningRate: [0.003, 0.002, 0.000001, 0.000002] }
`,
    30,
  );
  expect((await own.run("local", "--workers=1")).exitStatus).toBe(0);
  const pruned = [...own.results().values()].filter(({ state }) => state === "pruned");
  expect(pruned.length).toBeGreaterThan(0);
  const hasModel = ({ trialId }: Pick<TrialResult, "trialId">): boolean =>
    existsSync(join(own.layout.artifacts("s", trialId), "model.json"));
  for (const result of own.results().values())
    expect(hasModel(result)).toBe(result.state === "complete");
  const promoted = await own.run("promote", "--top=1");
  expect(promoted.exitStatus, promoted.stderr).toBe(0);
  expect((await own.run("local")).exitStatus).toBe(0);
  expect(pruned.filter(hasModel)).toHaveLength(1);
});
