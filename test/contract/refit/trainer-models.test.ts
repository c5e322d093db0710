import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ArtifactReport } from "../../../src/app/artifacts.ts";
import type { RefitReport } from "../../../src/app/refit.ts";
import { parseCommandModel } from "../../../src/formats/command-model.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";
import { spawnSync } from "../../support/programs.ts";
import { requireHere } from "../../support/requirements.ts";
import { makeExample, PYTHONS } from "../../support/trainer-example.ts";

const ROWS = 200;
const TEST_ROWS = 50;

/** What is said of a study in a workspace, as JSON. */
const askOf =
  (workspace: string) =>
  async <Report>(command: string, ...words: string[]): Promise<Report> => {
    const study = join(workspace, "study.yaml");
    const end = await runBsweep([command, study, `--workspace=${workspace}`, "--json", ...words]);
    expect(end).toMatchObject({ exitStatus: 0 });
    return JSON.parse(end.stdout) as Report;
  };

/** Reads what refit wrote of a model. */
function readModel(folder: string) {
  const file = join(folder, "refit.json");
  return parseCommandModel(readFileSync(file, "utf8"), file);
}

/** Each with as little as tells something, as many trials and seeds as are cheap, what it leaves, and how Python says what the model makes of rows. */
const EXAMPLES = [
  {
    name: "sklearn",
    needs: "Python's scikit-learn",
    left: "model.joblib",
    runs: 2,
    changes: [[/space:\n[^]*trials: 12\n/, "space: { model: [logistic], C: [0.01, 1] }\n"]],
    imports: "import joblib",
    predict: "joblib.load(file).predict_proba(images.astype(np.float32) / 255)",
  },
  {
    name: "lightgbm",
    needs: "Python's LightGBM",
    left: "model.txt",
    runs: 2,
    changes: [
      [/space:\n[^]*trials: 8\n/, "space: { learning_rate: [0.1, 0.3] }\n"],
      ["epochs: 50", "epochs: 3"],
    ],
    imports: "import lightgbm",
    predict: "lightgbm.Booster(model_file=file).predict(images)",
  },
  {
    name: "keras",
    needs: "Python's keras",
    left: "model.keras",
    runs: 1,
    changes: [
      ["trials: 8", "trials: 1"],
      ["epochs: 5", "epochs: 1"],
    ],
    imports: "import keras",
    predict:
      "keras.models.load_model(file).predict(images.reshape(-1, 28, 28, 1) / np.float32(255), verbose=0)",
  },
  {
    name: "pytorch",
    needs: "Python's torch",
    left: "model.pt",
    runs: 1,
    changes: [
      ["trials: 8", "trials: 1"],
      ["epochs: 5", "epochs: 1"],
    ],
    imports: "",
    predict: null,
  },
] as const;

/** Prints the largest difference between what a model says of the test set and what it was judged by. */
const COMPARE = `
import sys
import numpy as np
IMPORTS
file, images, told = sys.argv[1:]
images = np.fromfile(images, np.uint8).reshape(-1, 784)
told = np.fromfile(told, np.float32).reshape(len(images), 10)
print(np.abs(PREDICTED - told).max())
`;

describe.each(EXAMPLES)(
  "the example for $name",
  ({ name, needs, left, runs, changes, imports, predict }) => {
    test.runIf(requireHere([needs]))(
      "leaves its model, and is refitted on all rows, judged by a test set or by nothing",
      async () => {
        const { layout, studyFile, study } = await makeExample(name, changes, ROWS);
        const { workspace } = layout;
        const ask = askOf(workspace);
        await ask("local", "--workers=1");
        const kept = await ask<ArtifactReport>("artifacts");
        expect(kept.kept.map(({ files }) => files.map(({ file }) => file))).toEqual(
          Array(runs).fill([left]),
        );
        await ask("artifacts", "1", "--to", "best");
        expect(readdirSync(join(workspace, "best/trial-1"))).toEqual([left]);

        const refit = (...words: string[]) =>
          ask<RefitReport>("refit", `--seeds=${runs}`, "--workers=1", ...words);
        const { models, test: none } = await refit();
        expect(none).toBeNull();
        expect(models).toHaveLength(runs);
        const folderOf = (model: string) => join(workspace, "models", study, model);
        for (const { name: model } of models) {
          const { dataset, metrics, files, test } = readModel(folderOf(model));
          expect({ rows: dataset?.rows, metrics, test }).toEqual({
            rows: ROWS,
            metrics: {},
            test: null,
          });
          expect(files.map(({ file }) => file)).toEqual([`artifacts/${left}`]);
          const log = readFileSync(join(folderOf(model), "training.log"), "utf8");
          expect(log).not.toMatch(/validation|warning:/);
          expect(readdirSync(folderOf(model)).sort()).toEqual([
            "artifacts",
            "refit.json",
            "training.log",
          ]);
        }

        const csv = join(workspace, "test.csv");
        writeKaggleCsv(csv, { rows: TEST_ROWS, from: 2000 });
        await prepare({ kind: "csv", csv }, join(workspace, "data/test"));
        const text = readFileSync(studyFile, "utf8");
        writeFileSync(studyFile, text.replace("data:\n", "data:\n  test: data/test\n"));
        const judged = await refit("--force");
        expect(judged.test).toMatchObject({ path: "data/test", rows: TEST_ROWS });
        for (const { name: model } of judged.models) {
          const { dataset, metrics, test } = readModel(folderOf(model));
          expect(dataset?.rows).toBe(ROWS);
          expect(metrics).toMatchObject({ logLoss: expect.any(Number) as number });
          expect(test).toMatchObject({
            rows: TEST_ROWS,
            probabilities: { bytes: TEST_ROWS * 10 * 4 },
          });
        }
        if (predict === null) return;
        const folder = folderOf(judged.models[0]?.name ?? "");
        const program = COMPARE.replace("IMPORTS", imports).replace("PREDICTED", predict);
        const compared = spawnSync(PYTHONS[name] ?? "", [
          ...["-c", program, join(folder, "artifacts", left)],
          join(workspace, "data/test/images.bin"),
          join(folder, "test-probabilities.bin"),
        ]);
        expect(compared.status, compared.stderr).toBe(0);
        expect(Number(compared.stdout)).toBeLessThan(1e-5);
      },
      600_000,
    );
  },
);

test.each([
  { name: "script", needs: [], left: "weights.json", study: "any-script" },
  { name: "r", needs: ["Rscript"], left: "model.rds", study: "ozone-in-r" },
])("the example of a $name leaves its model, in trials and in a refit", async (example) => {
  const { name, needs, left, study } = example;
  if (!requireHere(needs)) return;
  const workspace = makeTestFolder();
  cpSync(join(packagedTemplates(), "trainers", name), workspace, { recursive: true });
  const file = join(workspace, "study.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/trials: \d+/, "trials: 3").replace("keep: 5", "keep: 2"));
  const ask = askOf(workspace);
  await ask("local");
  const { kept } = await ask<ArtifactReport>("artifacts");
  expect(kept.map(({ files }) => files.map((each) => each.file))).toEqual([[left], [left]]);
  const { models } = await ask<RefitReport>("refit", "--seeds=2");
  for (const { name: model } of models) {
    const folder = join(workspace, "models", study, model);
    expect(existsSync(join(folder, "artifacts", left))).toBe(true);
    expect(readModel(folder)).toMatchObject({ dataset: null, test: null });
  }
  expect(models).toHaveLength(2);
});

test("a command has as many threads in a refit as in trials", async () => {
  const workspace = makeTestFolder();
  const variables = ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"];
  writeFileSync(
    join(workspace, "study.yaml"),
    `study: s
objective: { metric: x, direction: minimize }
trainer:
  command:
    - sh
    - -c
    - env | grep _THREADS= | sort > "$BSWEEP_ARTIFACTS/threads"; echo '{"x":1}' > "$BSWEEP_RESULT"
space: { a: [1] }
resources: { cpus: 1 }
artifacts: { keep: all }
`,
  );
  const ask = askOf(workspace);
  await ask("local");
  await ask("artifacts", "1", "--to", "best");
  await ask("refit");
  const [trial, refit] = ["best/trial-1", "models/s/trial-1-seed-1/artifacts"].map((folder) =>
    readFileSync(join(workspace, folder, "threads"), "utf8"),
  );
  expect(trial?.split("\n")).toEqual(expect.arrayContaining(variables.map((name) => `${name}=1`)));
  expect(refit).toBe(trial);
});
