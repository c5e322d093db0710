import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess } from "../support/programs.ts";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { builtProgram, packageRoot } from "../../src/workspace/package.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "../support/folder.ts";
import { readContent } from "../support/study-database.ts";

/** A copy of what an earlier bsweep left (test/fixtures/workspaces/README.md says what stands there). */
function copyOf(name: "before" | "early" | "first"): string {
  const workspace = join(makeTestFolder(), "workspace");
  cpSync(join(packageRoot(), "test", "fixtures", "workspaces", name), workspace, {
    recursive: true,
  });
  return workspace;
}

async function run(workspace: string, command: string, study: string, ...more: string[]) {
  const args = [builtProgram("main.js"), command, `${study}.yaml`, ...more];
  const ended = await runProcess(process.execPath, args, {
    cwd: workspace,
    env: { ...process.env, PWD: workspace, BSWEEP_WORKSPACE: workspace },
  });
  expect([command, ended.exitStatus, ended.stderr]).toEqual([command, 0, expect.anything()]);
  return ended.stdout;
}

async function report(workspace: string, study: string): Promise<StudyReportJson> {
  return JSON.parse(await run(workspace, "report", study, "--format=json")) as StudyReportJson;
}

const rowsOf = ({ ranking, objective }: StudyReportJson, parameter: string) =>
  ranking.map((row) => [row.number, row.params[parameter], row.metrics[objective.metric]]);

/** Everything a database holds is the same as that of a database built from the files alone. */
async function expectRebuiltEqual(workspace: string, study: string): Promise<void> {
  const path = createLayout(workspace).database(study);
  const grown = readContent(path);
  rmSync(path);
  await run(workspace, "collect", study);
  expect(readContent(path)).toEqual(grown);
}

describe("a workspace of 27 November 2026, database schema 2", () => {
  test("a command's study with a retry and replicates goes on where it was", async () => {
    const workspace = copyOf("before");
    const before = await report(workspace, "shell");
    expect(before.counts).toMatchObject({ planned: 12, complete: 8, failed: 2, waiting: 2 });
    const means = before.ranking.map((row) => [row.number, row.params["x"], row.replicates]);
    expect(means).toEqual([
      [3, 2, 2],
      [5, 3, 2],
      [1, 1, 2],
      [7, 5, 2],
    ]);
    expect(before.ranking[0]?.objective).toBeCloseTo(0.0594, 12);
    expect(before.ranking[0]?.metrics).toMatchObject({ w: 20 });
    expect(before.failures).toEqual([
      {
        kind: "error",
        trials: 2,
        example: { number: 9, message: expect.stringContaining("no solution for x=13") as string },
      },
    ]);
    expect(before.settings.map(({ trials }) => trials)).toEqual([12]);
    await expectRebuiltEqual(workspace, "shell");

    const status = JSON.parse(await run(workspace, "status", "shell", "--json")) as object;
    expect(status).toMatchObject({ trials: 12, best: { number: 3, replicates: 2 } });
    const summary = JSON.parse(await run(workspace, "local", "shell", "--json")) as object;
    expect(summary).toMatchObject({ done: 2, failed: 0, best: { number: 3, replicates: 2 } });
    const after = await report(workspace, "shell");
    expect(after.counts).toMatchObject({ planned: 12, complete: 10, failed: 2, waiting: 0 });
    const last = after.ranking.at(-1);
    expect([last?.params["x"], last?.objective.toFixed(4)]).toEqual([8, "36.0607"]);
    expect(await run(workspace, "retry", "shell", "--dry-run")).toContain("2 trials");
  });

  test("is only read where nothing is to be collected, and tells the same", async () => {
    const workspace = copyOf("before");
    const path = createLayout(workspace).database("shell");
    const bytes = readFileSync(path);
    const read = await run(workspace, "report", "shell", "--format=json", "--no-collect");
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(JSON.parse(read)).toEqual(await report(workspace, "shell"));
    expect(readFileSync(path).equals(bytes)).toBe(false);
  });

  test("a study that was never collected is read whole, and goes on from its checkpoint", async () => {
    const workspace = copyOf("before");
    const checkpoints = createLayout(workspace).checkpoints("digits", "4d8faaac1d7a7bdb");
    expect(existsSync(checkpoints)).toBe(true);
    expect(rowsOf(await report(workspace, "digits"), "filters")).toEqual([
      [2, 2, 5 / 6],
      [1, 2, 5 / 6],
      [3, 4, 4 / 6],
    ]);
    const steps = await run(workspace, "report", "digits", "--format=csv", "--steps");
    expect(steps.trimEnd().split("\n")).toHaveLength(1 + 3 * 3);
    await run(workspace, "local", "digits");
    expect(existsSync(checkpoints)).toBe(false);
    const { ranking } = await report(workspace, "digits");
    const fourth = ranking.find(({ number }) => number === 4);
    expect(fourth?.metrics["holdoutAccuracy"]).toBe(5 / 6);
    // Another kind of processor rounds otherwise.
    expect(fourth?.metrics["holdoutLoss"]).toBeCloseTo(0.6902593771616617, 3);
  });

  test("a round that replaced another one under other numbers is what counts", async () => {
    const workspace = copyOf("before");
    expect(rowsOf(await report(workspace, "renumbered"), "x")).toEqual([
      [3, 1, 1],
      [2, 2, 4],
      [1, 3, 9],
    ]);
    const status = JSON.parse(await run(workspace, "status", "renumbered", "--json")) as object;
    expect(status).toMatchObject({ trials: 3, counts: { complete: 3, "not submitted": 0 } });
    await expectRebuiltEqual(workspace, "renumbered");
  });
});

test("a workspace of schema 1 goes on", async () => {
  const workspace = copyOf("early");
  const before = await report(workspace, "early");
  expect(before.counts).toMatchObject({ planned: 5, complete: 3, failed: 1, waiting: 1 });
  expect(rowsOf(before, "x").map(([number]) => number)).toEqual([2, 1, 3]);
  await expectRebuiltEqual(workspace, "early");
  await run(workspace, "local", "early");
  expect((await report(workspace, "early")).ranking.at(-1)?.objective).toBe(36);
});

test("a workspace of 0.1.0 itself goes on, once the study file says data", async () => {
  const workspace = copyOf("first");
  const file = join(workspace, "first.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace("dataset: { path: data/digits }", "data: { train: data/digits }"),
  );
  expect(rowsOf(await report(workspace, "first"), "filters")).toEqual([
    [2, 4, 1 / 2],
    [1, 2, 1 / 3],
  ]);
  await expectRebuiltEqual(workspace, "first");
  await run(workspace, "local", "first");
  expect((await report(workspace, "first")).counts).toMatchObject({ complete: 3, waiting: 0 });
});
