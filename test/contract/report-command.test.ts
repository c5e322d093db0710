import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createLayout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  writeResult,
  writeRound,
  type PlannedRound,
} from "../support/results.ts";
import { runProcess } from "../support/programs.ts";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { CNN_TRAINER } from "../../src/cnn/parameters.ts";
import { readContent } from "../support/study-database.ts";

const STUDY_FILE = `
study: digits
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 10 }
space:
  filters: [16, 32, 64]
  learningRate: { low: 0.0001, high: 1, log: true }
sampler: { kind: random, trials: 100, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 4GB, walltime: 30m }
`;

const RATES = [0.001, 0.01, 0.1];

function plan(trials: number): PlannedRound {
  const workspace = makeTestFolder();
  writeFileSync(join(workspace, "study.yaml"), STUDY_FILE);
  const planned = {
    ...{ workspace, study: "digits", round: 1, arraySize: 1000 },
    trials: Array.from({ length: trials }, (_, place) =>
      makeTrial(place + 1, { filters: 16, learningRate: RATES[place] ?? place }),
    ),
  };
  writeRound(planned);
  return planned;
}

/** Leaves complete results for the first trials, `correct` rows right in each. */
function leave(planned: PlannedRound, correct: readonly number[]): void {
  for (const [place, trial] of planned.trials.slice(0, correct.length).entries()) {
    const { array, index } = placeOf(planned, place);
    writeResult(planned, array, makeResult(trial, index, correct[place] ?? 0));
  }
}

const argv = ({ workspace }: PlannedRound, command: string, ...more: string[]) => [
  builtProgram("main.js"),
  ...[command, join(workspace, "study.yaml"), `--workspace=${workspace}`, ...more],
];

const run = (planned: PlannedRound, command: string, ...more: string[]) =>
  runProcess(process.execPath, argv(planned, command, ...more), { cwd: planned.workspace });

const contentOf = ({ workspace }: PlannedRound) =>
  readContent(createLayout(workspace).database("digits"));

const countResults = (planned: PlannedRound) => contentOf(planned)["results"]?.length ?? 0;

test("report collects first and ranks; best can be pasted into a study", async () => {
  const planned = plan(5);
  leave(planned, [4000, 4163, 4000]);
  const [, , , failing] = planned.trials;
  if (failing === undefined) throw new Error("no fourth trial");
  writeResult(planned, 1, makeFailure(failing, 4, { kind: "diverged", message: "loss is NaN" }));

  const report = await run(planned, "report");
  expect(report).toMatchObject({ succeeded: true });
  expect(report.stderr).toContain("collected 4 new results");
  expect(report.stdout).toMatch(
    /^digits: 5 planned, 3 complete, 1 failed, 1 still without a result; ranking by holdoutAccuracy of\s4,200 hold-out rows/,
  );
  expect(report.stdout).toContain(
    "Best: trial 2, holdoutAccuracy 0.99119: filters 16, learningRate 0.01",
  );
  expect(report.stdout).toMatch(/by diverged, such as trial 4: loss is NaN/);

  const json = await run(planned, "report", "--format=json");
  const { ranking } = JSON.parse(json.stdout) as { ranking: { rank: number; number: number }[] };
  expect(ranking.map(({ rank, number }) => [rank, number])).toEqual([
    [1, 2],
    [2, 1],
    [2, 3],
  ]);
  const file = join(planned.workspace, "ranking.csv");
  const csv = await run(planned, "report", "--format=csv", "--top=1", `--output=${file}`);
  expect([csv.stdout, csv.stderr]).toEqual(["", ""]);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(3);

  const best = await run(planned, "best");
  expect(parse(best.stdout)).toEqual({
    trainer: { kind: "cnn", epochs: 10, set: { filters: 16, learningRate: 0.01 } },
  });
  const asJson = await run(planned, "best", "--format=json");
  expect(JSON.parse(asJson.stdout)).toMatchObject({ number: 2, complete: 3, sharing: 1 });
});

test("collect tells what is new, what is not, and why a file is set aside", async () => {
  const planned = plan(2);
  leave(planned, [4000, 4001]);
  const torn = writeResult(planned, 1, makeResult(makeTrial(9, {}), 1, 1));
  writeFileSync(torn, "{");
  const first = await run(planned, "collect");
  expect(first.stdout).toMatch(
    /^digits: 2 new results \(2 complete, 0 failed\), 0 unchanged, 1 set aside\n {2}new: round-001\/array-01\/1\..*: found no JSON/,
  );
  const again = await run(planned, "collect", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({
    added: { complete: 0, failed: 0 },
    unchanged: 2,
    setAside: [{ known: true }],
  });
});

test("asked too early, each command says what to do", async () => {
  const planned = plan(1);
  const noCollect = await run(planned, "report", "--no-collect");
  expect([noCollect.exitStatus, noCollect.stderr]).toEqual([
    6,
    expect.stringContaining("bsweep collect"),
  ]);
  const best = await run(planned, "best");
  expect(best.exitStatus).toBe(6);
  expect(best.stderr).toContain("no complete trial yet: 1 planned, 0 failed, 1 without a result");
  const report = await run(planned, "report");
  expect([report.exitStatus, report.stdout]).toEqual([
    0,
    expect.stringContaining("No trial is complete yet"),
  ]);
  expect((await run(planned, "report", "--top=0")).exitStatus).toBe(2);
});

test("trials of another hold-out are not ranked beside the study's", async () => {
  const planned = plan(1);
  leave(planned, [4200]);
  const second = { ...planned, round: 2, trials: [makeTrial(2, { filters: 32, learningRate: 1 })] };
  const holdout = { fraction: 0.1, seed: 7 };
  const setting = {
    ...{ trainer: CNN_TRAINER, precision: "float32" as const },
    ...{ datasetDigest: "sha256:d", holdout },
  };
  writeRound(second, { setting, dataset: { path: "data/digits", digest: "sha256:d", holdout } });
  leave(second, [10]);
  // The study's own, though another round is the latest.
  const report = await run(planned, "report");
  expect(report.stdout).toContain("Best: trial 1,");
  expect(report.stdout).toContain("1 planned, 1 complete");
  expect(report.stdout).toContain(
    "1 trial of another setting not ranked here (hold-out 0.1, seed 7); --setting all shows them",
  );
  const all = await run(planned, "report", "--setting=all", "--format=json");
  const { ranking, settings } = JSON.parse(all.stdout) as StudyReportJson;
  expect(ranking.map(({ number }) => number)).toEqual([1, 2]);
  expect(settings.map(({ trials, differences }) => [trials, differences])).toEqual([
    [1, []],
    [1, ["hold-out 0.1, seed 7"]],
  ]);
});

test("killed at any point, collect loses nothing and goes on where it was", async () => {
  const correct = Array.from({ length: 1200 }, (_, place) => 3000 + (place % 1000));
  const [undisturbed, disturbed] = [plan(correct.length), plan(correct.length)];
  leave(undisturbed, correct);
  leave(disturbed, correct);
  await run(undisturbed, "collect");

  const partial: number[] = [];
  for (let exitCode: number | null = null; exitCode !== 0;) {
    const child = spawn(process.execPath, argv(disturbed, "collect"), {
      stdio: ["ignore", "ignore", "pipe"],
    });
    // The first line of progress: a batch is kept, the next one is on its way.
    child.stderr.once("data", () => child.kill("SIGKILL"));
    [exitCode] = (await once(child, "exit")) as [number | null];
    partial.push(countResults(disturbed));
  }
  expect(partial.length).toBeGreaterThan(1);
  expect(partial[0]).toBeGreaterThan(0);
  expect(partial[0]).toBeLessThan(correct.length);
  expect(contentOf(disturbed)).toEqual(contentOf(undisturbed));
});

test("several collects at once end in one whole database", async () => {
  const planned = plan(300);
  leave(
    planned,
    Array.from({ length: 300 }, (_, place) => 3000 + place),
  );
  const runs = await Promise.all([1, 2, 3].map(() => run(planned, "collect", "--json")));
  const added = runs.map(({ stdout }) => JSON.parse(stdout) as { added: { complete: number } });
  expect(added.reduce((sum, each) => sum + each.added.complete, 0)).toBe(300);
  expect(contentOf(planned)["results"]).toHaveLength(300);
  const database = createLayout(planned.workspace).database("digits");
  expect(existsSync(`${database}-journal`)).toBe(false);
});

test("a format of bytes needs a file; what a format cannot do is said with the command that can", async () => {
  const planned = plan(2);
  leave(planned, [4000, 4163]);
  const parquet = await run(planned, "report", "--format=parquet");
  expect([parquet.exitStatus, parquet.stdout]).toEqual([2, ""]);
  expect(parquet.stderr).toMatch(
    /it needs a file, --output FILE[^]*--format parquet --output study\.parquet/,
  );
  const steps = await run(planned, "report", "--format=latex", "--steps");
  expect([steps.exitStatus, steps.stderr]).toEqual([
    2,
    expect.stringContaining("--steps goes with --format csv, json, jsonl, parquet or optuna"),
  ]);
  const file = join(planned.workspace, "study.db");
  const optuna = (...more: string[]) =>
    run(planned, "report", "--format=optuna", `--output=${file}`, ...more);
  expect((await optuna("--top=1")).exitStatus).toBe(2);
  for (const [status, content] of [
    [0, undefined],
    [0, undefined],
    [6, "mine"],
  ] as const) {
    if (content !== undefined) writeFileSync(file, content);
    expect([status, (await optuna()).exitStatus]).toEqual([status, status]);
  }
  expect(readFileSync(file, "utf8")).toBe("mine");
});
