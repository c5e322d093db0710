import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ImportReport } from "../../src/app/import/import.ts";
import { parseImportedTrials } from "../../src/formats/imported-trials.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { findPython, TEST_PYTHON } from "../support/python/environment.ts";
import { requireHere } from "../support/requirements.ts";

const STUDY = `
study: here
objective: { metric: accuracy, direction: maximize }
trainer: { command: [sh, train.sh, "{{lr}}"], set: { depth: 3 } }
space:
  lr: { low: 0.0001, high: 0.1, log: true }
  units: [16, 32, 64]
  nesterov: [true, false]
  optimizer: [sgd, adam]
  momentum: { low: 0, high: 0.9, when: { optimizer: sgd } }
sampler: { kind: random, trials: 10, seed: 1 }
resources: { cpus: 1, memory: 500MB, walltime: 10m }
cluster: { site: local }
`;

function makeStudy() {
  const workspace = makeTestFolder();
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(studyFile, STUDY);
  const run = (...words: string[]) => runBsweep([...words, `--workspace=${workspace}`]);
  const importFrom = async (...words: string[]) => {
    const end = await run("import", studyFile, "--json", ...words);
    const report = JSON.parse(end.stdout || "{}") as Partial<ImportReport>;
    const file = report.file ?? "";
    const read = existsSync(file) ? parseImportedTrials(readFileSync(file, "utf8"), file) : null;
    return { ...end, report, read };
  };
  const write = (name: string, text: string): string => {
    const file = join(workspace, name);
    writeFileSync(file, text);
    return file;
  };
  return { workspace, studyFile, run, importFrom, write };
}

/** Everything that a study of Optuna can hold. */
const MADE_BY_OPTUNA = `
import sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = "sqlite:///" + sys.argv[1]
study = optuna.create_study(study_name="there", direction="maximize", storage=storage,
                            sampler=optuna.samplers.RandomSampler(seed=1))
optuna.create_study(study_name="other", direction="minimize", storage=storage)
def objective(trial):
    lr = trial.suggest_float("lr", 1e-4, 0.1, log=True)
    units = trial.suggest_categorical("units", [16, 32, 64])
    trial.suggest_categorical("nesterov", [True, False])
    if trial.suggest_categorical("optimizer", ["sgd", "adam"]) == "sgd":
        trial.suggest_float("momentum", 0, 0.9)
    trial.report(0.25, 1)
    if trial.number == 3: raise optuna.TrialPruned()
    if trial.number == 4: raise ValueError("no")
    trial.report(lr * units, 2)
    return lr * units
study.optimize(objective, n_trials=30, catch=(ValueError,))
study.ask()
print(study.best_trial.number, study.best_value)
`;

describe.runIf(requireHere(["Python's Optuna"]))("of real Optuna", () => {
  test("its best trial, states and steps come over; nothing is taken for a result of the study", async () => {
    const study = makeStudy();
    const file = join(study.workspace, "study.db");
    const made = execFileSync(String(findPython(TEST_PYTHON)), ["-c", MADE_BY_OPTUNA, file], {
      encoding: "utf8",
    });
    const [number, value] = made.trim().split(" ").map(Number);
    const several = await study.importFrom("--optuna", file);
    expect(several).toMatchObject({ exitStatus: 2 });
    expect(several.stderr).toContain("one of: there, other");
    const { exitStatus, report, read } = await study.importFrom(
      ...["--optuna", file, "--name-there", "there"],
    );
    expect(exitStatus).toBe(0);
    expect(report).toMatchObject({
      ...{ trials: 30, complete: 28, best: { number, objective: value } },
      ...{ outside: { trials: 0 }, leftOut: [{ reason: "not ended", trials: 1 }] },
    });
    expect(read?.trials.map(({ state }) => state).slice(3, 5)).toEqual(["pruned", "failed"]);
    expect(read?.trials[3]).toMatchObject({ objective: 0.25, steps: [[1, 0.25]] });
    const best = read?.trials.find((trial) => trial.number === number);
    expect(best?.steps).toEqual([
      [1, 0.25],
      [2, value],
    ]);
    for (const { params } of read?.trials ?? [])
      expect(Object.hasOwn(params, "momentum")).toBe(params["optimizer"] === "sgd");
    const other = await study.importFrom(...["--optuna", file, "--name-there", "other"]);
    expect(other).toMatchObject({ exitStatus: 6 });
    expect(other.stderr).toContain("other is to minimize");
    const ranked = await study.run("report", study.studyFile);
    expect(ranked).toMatchObject({ exitStatus: 6 });
    expect(ranked.stderr).toContain("has no round");
  });
});

const CSV = `number,params.lr,params_units,config.nesterov,optimizer,momentum,accuracy,metrics.loss,state,duration,comment
7,0.01,32,True,sgd,0.5,0.91,0.3,COMPLETE,0 days 00:01:02.5,good
8,1e-3,64,false,adam,,0.95,0.2,finished,12.5,"a, b"
9,0.02,128,True,adam,0.7,0.90,,COMPLETE,,not of the space
10,0.02,16,True,adam,,,,FAIL,,
11,,16,True,adam,,0.5,,COMPLETE,,
12,x,16,True,adam,,0.5,,COMPLETE,,
13,0.02,16,True,adam,,,,RUNNING,,
`;

test("a CSV: names of others, values as the space writes them, what does not fit told", async () => {
  const study = makeStudy();
  const file = study.write("of w&b.csv", CSV);
  const { exitStatus, report, read } = await study.importFrom("--csv", file);
  expect(exitStatus).toBe(0);
  expect(report).toMatchObject({
    ...{ trials: 4, complete: 3, best: { number: 8, objective: 0.95 }, unused: ["comment"] },
    outside: { trials: 1, example: "units 128" },
    leftOut: [
      { reason: "lr that is no number", trials: 1 },
      { reason: "no lr", trials: 1 },
      { reason: "not ended", trials: 1 },
    ],
  });
  expect(read?.header).toMatchObject({ study: "here", source: { kind: "csv", file } });
  expect(read?.trials.slice(0, 3)).toMatchObject([
    {
      params: { lr: 0.01, units: 32, nesterov: true, optimizer: "sgd", momentum: 0.5 },
      ...{ state: "complete", objective: 0.91, metrics: { loss: 0.3 }, seconds: 62.5, epochs: 1 },
    },
    { params: { lr: 0.001, units: 64, nesterov: false, optimizer: "adam" }, seconds: 12.5 },
    { params: { lr: 0.02, units: 128, nesterov: true, optimizer: "adam" }, seconds: null },
  ]);
  expect(Object.hasOwn(read?.trials[2]?.params ?? {}, "momentum")).toBe(false);
  // The same once more is nothing; another file of the name is not written over.
  expect((await study.importFrom("--csv", file)).report.written).toBeNull();
  study.write("of w&b.csv", CSV.replace("0.95", "0.99"));
  expect(await study.importFrom("--csv", file)).toMatchObject({ exitStatus: 6 });
  const beside = await study.importFrom("--csv", file, "--name", "second");
  expect(beside.report).toMatchObject({ best: { objective: 0.99 } });
});

test("imported trials are compared with a study's own", async () => {
  const study = makeStudy();
  study.write("train.sh", `printf '{"metrics":{"accuracy":%s}}' "$1" > "$BSWEEP_RESULT"`);
  expect(await study.run("local", study.studyFile)).toMatchObject({ exitStatus: 0 });
  const { report } = await study.importFrom("--csv", study.write("old.csv", CSV));
  const end = await study.run("compare", study.studyFile, report.file ?? "");
  expect(end).toMatchObject({ exitStatus: 0 });
  expect(end.stdout).toContain("B: here, imported from");
  expect(end.stdout).toContain("4 trials, 3 complete, 1 failed");
});

test.each([
  ["no such column", "lr,units\n1,2\n", [], 2, "--metric COLUMN names the one"],
  ["no row", "accuracy\n", [], 3, "found no row under a header"],
  ["a quote that is never closed", 'accuracy,lr\n"0.5,1\n', [], 3, "is no table of trials"],
  ["bytes", "SQLite format 3\0accuracy\n1\n", [], 3, "is no table of trials"],
  ["nothing that fits", "accuracy,x\n0.5,1\n", [], 3, "no trial of"],
  ["a name that is a path", CSV, ["--name", "../up"], 2, "expected letters"],
])("%s: told, and nothing written", async (_, text, more, status, words) => {
  const study = makeStudy();
  const file = study.write("in.csv", text);
  const end = await study.importFrom("--csv", file, ...more);
  expect(end.exitStatus).toBe(status);
  expect(end.stderr).toContain(words);
  expect(existsSync(join(study.workspace, "results"))).toBe(false);
});

test("hostile names are names", async () => {
  const study = makeStudy();
  const file = study.write(
    "in.csv",
    "accuracy,lr,units,nesterov,optimizer,metrics.__proto__,metrics.<script>,\u001b[31mred\n0.5,0.01,16,true,adam,1,2,3\n",
  );
  const { report, read } = await study.importFrom("--csv", file);
  expect(report).toMatchObject({ trials: 1, unused: ["\u001b[31mred"] });
  expect(Object.keys(read?.trials[0]?.metrics ?? {})).toContain("<script>");
  const told = await study.run("import", study.studyFile, "--csv", file);
  expect(told.stdout).not.toContain("\u001b");
});

test("neither source, or a file that is no database of Optuna", async () => {
  const study = makeStudy();
  expect(await study.importFrom()).toMatchObject({ exitStatus: 2 });
  const file = study.write("in.db", "no");
  const end = await study.importFrom("--optuna", file);
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toContain("as a database of Optuna");
  expect(await study.importFrom("--optuna", join(study.workspace, "gone.db"))).toMatchObject({
    exitStatus: 5,
  });
});
