import { join } from "node:path";
import { expect, test } from "vitest";
import type { ProcessResult } from "../../src/process/exec.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { listTree } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";
import { makeWorkspace, writeStudy } from "../support/study-workspace.ts";

const STUDY = `study: small
data: { train: data/digits }
trainer: { kind: cnn, epochs: 2 }
space: { filters: [1, 2], kernelSize: [3, 29] }
`;

async function plan(cwd: string, ...args: string[]): Promise<ProcessResult> {
  return runProcess(process.execPath, [builtProgram("main.js"), "plan", ...args], { cwd });
}

test("plan prints counts and the next command on stdout, writes nothing, and ends with 0", async () => {
  const layout = makeWorkspace();
  writeStudy(layout, STUDY);
  const before = listTree(layout.workspace);
  const { exitStatus, stdout, stderr } = await plan(layout.workspace, "study.yaml");
  expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: "" });
  expect(stdout).toContain("trials    2, of 4 proposed: 2 impossible left out");
  expect(stdout).toMatch(/\nnext: bsweep generate study\.yaml$/);
  expect(listTree(layout.workspace)).toEqual(before);
});

test("plan --json prints the counts for scripts", async () => {
  const layout = makeWorkspace();
  writeStudy(layout, STUDY);
  const { stdout } = await plan(layout.workspace, "study.yaml", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    study: "small",
    trials: 2,
    newTrials: 2,
    arrays: { arrays: 1 },
  });
});

test("plan warns of a search whose trials start before any has ended, where a scheduler starts them", async () => {
  const layout = makeWorkspace();
  const search = (cluster: string): string =>
    `${STUDY}sampler: { kind: gp, trials: 60 }\ncluster: ${cluster}\n`;
  const warnings: boolean[] = [];
  for (const cluster of [
    "{ site: slurm, concurrencyLimit: 30 }",
    "{ site: slurm, concurrencyLimit: 10 }",
    "{ site: local, concurrencyLimit: 30 }",
  ]) {
    writeStudy(layout, search(cluster));
    const { exitStatus, stderr } = await plan(layout.workspace, "study.yaml");
    expect(exitStatus).toBe(0);
    warnings.push(stderr.includes("30 of 60 trials may start before any has ended"));
  }
  expect(warnings).toEqual([true, false, false]);
});

test("an invalid study ends with 3, every issue on stderr, nothing on stdout", async () => {
  const layout = makeWorkspace();
  writeStudy(layout, STUDY.replace("filters", "filtres").replace("epochs: 2", "epochs: 0"));
  const { exitStatus, stdout, stderr } = await plan(layout.workspace, "study.yaml");
  expect({ exitStatus, stdout }).toEqual({ exitStatus: 3, stdout: "" });
  expect(stderr).toContain(
    "study.yaml:3: trainer.epochs: found 0, expected an integer 1 .. 100000",
  );
  expect(stderr).toContain("study.yaml:4: space: unknown key `filtres`; did you mean `filters`?");
});

test("a workspace elsewhere holds the data; the study file is found from where the user stands", async () => {
  const layout = makeWorkspace();
  const study = writeStudy(layout, STUDY);
  const { stdout } = await plan("/", join("/", study), "--workspace", layout.workspace);
  expect(stdout).toContain("data      data/digits: 100 rows, 10 % held out");
});
