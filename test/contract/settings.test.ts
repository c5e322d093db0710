import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import type { LocalSummary } from "../../src/app/local.ts";
import type { Best } from "../../src/formats/best-file.ts";
import type { NamedBest } from "../../src/stats/rank.ts";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";

/** A study whose command leaves what the words of a shell say: `x` and `seed` are their arguments. */
interface SmallStudy {
  /** A shell's arithmetic. */
  readonly v: string;
  readonly version?: number;
  readonly x?: readonly number[];
  readonly replicates?: number;
  readonly metric?: string;
  readonly epochs?: number;
  readonly data?: string;
}

class Workspace {
  readonly folder = join(makeTestFolder(), "workspace");

  constructor() {
    mkdirSync(this.folder);
  }

  write(study: SmallStudy): void {
    const { v, version = 1, x = [1, 2, 3], replicates = 1, metric = "v", epochs = 1, data } = study;
    const script = [
      `for step in 1 2; do echo "bsweep: {\\"epoch\\":$step,\\"rmse\\":$((10 - step))}"; done`,
      `printf '{"metrics":{"v":%s,"w":%s}}' "$((${v}))" "$((0 - $1))" > "$BSWEEP_RESULT"`,
    ].join("; ");
    writeFileSync(
      join(this.folder, "study.yaml"),
      JSON.stringify({
        study: "s",
        objective: { metric, direction: "maximize" },
        trainer: { command: ["sh", "-c", script, "sh", "{{x}}", "{{seed}}"], version, epochs },
        ...(data === undefined ? {} : { data: { train: data, holdout: 0.2 } }),
        space: { x },
        replicates,
        cluster: { site: "local" },
        resources: { cpus: 1, memory: "200MB", walltime: "1m" },
      }),
    );
  }

  async run(command: string, ...more: string[]) {
    const study = join(this.folder, "study.yaml");
    const args = command === "prepare" ? more : [study, ...more];
    return runBsweep([command, ...args, `--workspace=${this.folder}`]);
  }

  async json<T>(command: string, ...more: string[]): Promise<T> {
    const { stdout, stderr, exitStatus } = await this.run(command, ...more);
    expect([command, exitStatus, stderr]).toEqual([command, 0, expect.anything()]);
    return JSON.parse(stdout) as T;
  }

  report(...more: string[]): Promise<StudyReportJson> {
    return this.json<StudyReportJson>("report", "--format=json", ...more);
  }

  local(): Promise<LocalSummary> {
    return this.json<LocalSummary>("local", "--json");
  }

  /** What each command names the best. */
  async bests(): Promise<readonly (NamedBest | null | undefined)[]> {
    const [row] = (await this.report()).ranking;
    const { best: ofStatus } = await this.json<{ best: NamedBest | null }>("status", "--json");
    const ofBest = await this.json<Best>("best", "--format=json");
    const name = (named: NamedBest | undefined | null): NamedBest | null | undefined =>
      named && { number: named.number, objective: named.objective, replicates: named.replicates };
    return [row, ofStatus, ofBest].map(name);
  }
}

const rows = ({ ranking }: StudyReportJson) =>
  ranking.map(({ params, objective, replicates }) => [params["x"], objective, replicates]);

test("another version of the trainer is another setting: nothing of it is averaged in", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "$1 * 100", x: [1, 2] });
  await workspace.local();
  workspace.write({ v: "3 - $1", x: [1, 2], version: 2 });
  expect(await workspace.local()).toMatchObject({
    done: 2,
    best: { number: 3, objective: 2, replicates: 1 },
  });
  const present = await workspace.report();
  expect(rows(present)).toEqual([
    [1, 2, 1],
    [2, 1, 1],
  ]);
  expect(
    present.settings.map(({ differences, trials, complete }) => [differences, trials, complete]),
  ).toEqual([
    [[], 2, 2],
    [["version 1"], 2, 2],
  ]);
  const all = await workspace.report("--setting=all");
  expect(rows(all)).toEqual([
    [2, 200, 1],
    [1, 100, 1],
    [1, 2, 1],
    [2, 1, 1],
  ]);
  const table = await workspace.run("report", "--setting=all");
  expect(table.stdout).toMatch(/│ version 1 │/);
  const csv = await workspace.run("report", "--setting=all", "--format=csv");
  const { data } = Papa.parse<Record<string, string>>(csv.stdout, { header: true });
  expect(data.slice(0, 4).map((row) => row["setting"])).toEqual([
    ...["version 1", "version 1", "present", "present"],
  ]);
  // Back to the first version: its trials are there, and nothing has to be run.
  workspace.write({ v: "$1 * 100", x: [1, 2] });
  expect(await workspace.local()).toMatchObject({ done: 0 });
  expect(rows(await workspace.report())).toEqual([
    [2, 200, 1],
    [1, 100, 1],
  ]);
});

test("a command that changed while its version did not is told by plan, generate and report", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "$1", x: [1] });
  await workspace.local();
  expect((await workspace.run("plan")).stderr).not.toContain("trainer.version");
  workspace.write({ v: "$1 + 1", x: [1, 2] });
  const told =
    /trainer\.command is another one than in round-001, and trainer\.version is still 1: .*set trainer\.version to 2/;
  expect((await workspace.run("plan")).stderr).toMatch(told);
  expect((await workspace.run("generate")).stderr).toMatch(told);
  expect((await workspace.run("report")).stderr).toMatch(told);
  workspace.write({ v: "$1 + 1", x: [1, 2], version: 2 });
  expect((await workspace.run("report")).stderr).not.toMatch(told);
});

test("with replicates every command names the same best: the highest mean", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "($2 / 7 + $1 * 13) % 100", x: [1, 2, 3, 4], replicates: 3 });
  const { best } = await workspace.local();
  const bests = await workspace.bests();
  const [first] = bests;
  expect(first).toMatchObject({ replicates: 3 });
  expect([best, ...bests]).toEqual(bests.map(() => first).concat([first]));
});

describe("the objective", () => {
  test("of any metric that trials told ranks them, without running them again", async () => {
    const workspace = new Workspace();
    workspace.write({ v: "$1" });
    await workspace.local();
    workspace.write({ v: "$1", metric: "w" });
    expect(rows(await workspace.report()).map(([x]) => x)).toEqual([1, 2, 3]);
    expect(await workspace.local()).toMatchObject({ done: 0 });
  });

  test("that no trial told: it is said which metrics there are", async () => {
    const workspace = new Workspace();
    workspace.write({ v: "$1" });
    await workspace.local();
    workspace.write({ v: "$1", metric: "accuracy" });
    const { stdout } = await workspace.run("report");
    expect(stdout).toContain("3 complete, 0 failed, 3 without accuracy");
    expect(stdout).toContain("No trial reported accuracy: complete trials reported v, w.");
    const best = await workspace.run("best");
    expect([best.exitStatus, best.stderr]).toEqual([
      6,
      expect.stringContaining(
        "no trial of study s reported accuracy, the study's objective, but v, w",
      ),
    ]);
  });
});

test("values that the study does not have any more are marked, wherever they lead", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "$1" });
  await workspace.local();
  workspace.write({ v: "$1", x: [1, 2] });
  const report = await workspace.report();
  expect(report.ranking.map(({ number, outside }) => [number, outside])).toEqual([
    [3, "x 3"],
    [2, null],
    [1, null],
  ]);
  const { stdout } = await workspace.run("report");
  expect(stdout).toContain("It is none of the study as it is now, which has not: x 3");
  expect(stdout).toMatch(/│ +1 │ +3\* │/);
  expect((await workspace.run("best")).stdout).toContain("# not in the study any more: x 3");
});

test("trials of other epochs are ranked apart, and only when they are asked for", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "$1", x: [1, 2] });
  await workspace.local();
  workspace.write({ v: "$1 * 10", x: [1, 2], epochs: 2 });
  const before = await workspace.report();
  expect(before.ranking).toEqual([]);
  expect(before.settings.slice(1)).toMatchObject([{ differences: ["1 epoch"], trials: 2 }]);
  expect((await workspace.run("report")).stdout).toContain("1 epoch");
  await workspace.local();
  expect((await workspace.report()).ranking.map(({ number }) => number)).toEqual([4, 3]);
  const all = await workspace.run("report", "--setting", "all");
  expect(all.stdout).toMatch(/│ +3 │ +2\*? │.*│ 1 epoch +│/);
  expect(all.stdout).toMatch(/│ +1 │ +4 │.*│ present +│/);
  workspace.write({ v: "$1", x: [1, 2] });
  expect((await workspace.report()).ranking.map(({ number }) => number)).toEqual([2, 1]);
});

test("the trials of the study's own data are ranked, whatever data the latest round had", async () => {
  const workspace = new Workspace();
  const pack = async (pixel: number): Promise<void> => {
    const csv = join(workspace.folder, "rows.csv");
    const data = Array.from({ length: 20 }, (_, row) => `${row % 2},${pixel},${row},0,0`);
    writeFileSync(csv, ["label,pixel0,pixel1,pixel2,pixel3", ...data].join("\n"));
    const to = join(workspace.folder, "data");
    const { exitStatus, stderr } = await workspace.run(
      "prepare",
      "--csv",
      csv,
      "--to",
      to,
      "--force",
    );
    expect([exitStatus, stderr]).toEqual([0, expect.anything()]);
  };
  await pack(1);
  workspace.write({ v: "$1", x: [1, 2], data: "data" });
  await workspace.local();
  await pack(2);
  workspace.write({ v: "$1 * 10", x: [1, 2], data: "data" });
  await workspace.local();
  await pack(1);
  expect(await workspace.local()).toMatchObject({ done: 0 });
  const report = await workspace.report();
  expect(rows(report)).toEqual([
    [2, 2, 1],
    [1, 1, 1],
  ]);
  expect(report.settings[1]?.differences).toEqual([expect.stringMatching(/^data [0-9a-f]{8}$/)]);
  expect(await workspace.bests()).toEqual(
    [1, 2, 3].map(() => ({ number: 2, objective: 2, replicates: 1 })),
  );
});

test("every metric and every step reaches the table, CSV and JSON", async () => {
  const workspace = new Workspace();
  workspace.write({ v: "$1", x: [1, 2], replicates: 2 });
  await workspace.local();
  expect((await workspace.run("report", "--metrics=w")).stdout).toMatch(/│ +w │[^]*│ -2\.00000 │/);
  expect((await workspace.run("report", "--metrics=all")).stdout).toMatch(/│ +w │/);
  const unknown = await workspace.run("report", "--metrics=auc");
  expect([unknown.exitStatus, unknown.stderr]).toEqual([2, expect.stringContaining("v, w")]);
  const csv = await workspace.run("report", "--format=csv");
  const { data } = Papa.parse<Record<string, string>>(csv.stdout, { header: true });
  expect(data.slice(0, 2).map((row) => row["metrics.w"])).toEqual(["-2", "-1"]);
  const steps = Papa.parse<Record<string, string>>(
    (await workspace.run("report", "--format=csv", "--steps")).stdout,
    { header: true, skipEmptyLines: true },
  );
  expect(steps.data.map((row) => [row["trial"], row["step"], row["metrics.rmse"]])).toEqual(
    [3, 3, 1, 1].flatMap((trial) => [1, 2].map((step) => [`${trial}`, `${step}`, `${10 - step}`])),
  );
  const { ranking } = await workspace.report("--steps");
  expect(ranking[0]?.steps?.map(({ history }) => history.map(({ metrics }) => metrics))).toEqual(
    [1, 2].map(() => [{ rmse: 9 }, { rmse: 8 }]),
  );
  expect((await workspace.run("report", "--steps")).exitStatus).toBe(2);
});
