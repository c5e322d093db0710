import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import type { ProcessResult } from "../../src/process/exec.ts";
import { runProcess } from "../support/programs.ts";
import { requireHere } from "../support/requirements.ts";
import { readContent } from "../support/study-database.ts";

const LAB = 54_000;
const [ADA, BEN, CLEO, STRANGER] = [54_001, 54_002, 54_003, 54_009];

const DEED = 'printf "{\\"metrics\\":{\\"v\\":%s}}" "$1" > "$BSWEEP_RESULT"';
const studyText = (values: string): string => `study: s
objective: { metric: v, direction: maximize }
trainer: { command: [sh, -c, ${JSON.stringify(DEED)}, sh, "{{x}}"] }
space: { x: [${values}] }
sampler: { kind: grid, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 1GB, walltime: 5m }
`;

/** A folder as a lab has it: the group's, and what is made in it too. */
function makeLabFolder(): string {
  const folder = makeTestFolder();
  chmodSync(folder, 0o755);
  const workspace = join(folder, "lab");
  mkdirSync(workspace);
  chownSync(workspace, ADA, LAB);
  chmodSync(workspace, 0o2775);
  return workspace;
}

/** As somebody whose files the group may write; a stranger is in no group. */
function runAs(uid: number, workspace: string, ...args: readonly string[]): Promise<ProcessResult> {
  const groups = uid === STRANGER ? "--clear-groups" : `--groups=${LAB}`;
  const identity = [`--reuid=${uid}`, `--regid=${uid}`, groups];
  const words = [process.execPath, builtProgram("main.js"), ...args, "study.yaml"];
  const command = ["setpriv", ...identity, ...words, `--workspace=${workspace}`];
  return runProcess("bash", ["-c", 'umask 002; exec "$@"', "bash", ...command], { cwd: workspace });
}

test.runIf(requireHere(["root", "setpriv"]))(
  "three users of a lab plan, run, collect and report in one folder, and a reader reports",
  async () => {
    const workspace = makeLabFolder();
    const layout = createLayout(workspace);
    const study = join(workspace, "study.yaml");
    const write = (values: string): void => {
      rmSync(study, { force: true });
      writeFileSync(study, studyText(values));
    };
    const as = async (uid: number, ...args: readonly string[]): Promise<string> => {
      const { exitStatus, stdout, stderr } = await runAs(uid, workspace, ...args);
      expect([args, exitStatus, stderr]).toEqual([args, 0, expect.not.stringContaining("warning")]);
      return stdout;
    };
    const report = async (uid: number): Promise<StudyReportJson["counts"]> =>
      (JSON.parse(await as(uid, "report", "--format=json")) as StudyReportJson).counts;

    write("1, 2, 3");
    await as(ADA, "plan");
    await as(ADA, "generate");
    await as(BEN, "generate", "--overwrite");
    await as(BEN, "local", "--trials=1");
    expect(await report(CLEO)).toMatchObject({ planned: 3, complete: 1 });
    await as(CLEO, "local", "--trials=1");
    await as(ADA, "local");
    await as(BEN, "collect");
    write("1, 2, 3, 4");
    await as(CLEO, "local");
    for (const uid of [ADA, BEN, CLEO])
      expect(await report(uid)).toMatchObject({ planned: 4, complete: 4 });
    expect(await as(ADA, "status")).toContain("4 complete");
    expect(await as(BEN, "best")).toContain("# v: 4");

    // Each trial knows whose it was.
    const { results = [] } = readContent(layout.database("s"));
    const users = (results as { file: string; user: string }[]).map(({ user }) => user);
    expect(users.sort()).toEqual([ADA, BEN, CLEO, CLEO].map(String));
    // Nothing is anybody's alone.
    const names = readdirSync(workspace, { recursive: true }).map(String);
    const closed = names.filter((name) => {
      const { mode, gid } = statSync(join(workspace, name));
      return name !== "study.yaml" && (gid !== LAB || (mode & 0o060) !== 0o060);
    });
    expect(closed).toEqual([]);

    // Without any right to write, and nothing collected: the files tell.
    rmSync(layout.database("s"));
    const reader = await runAs(STRANGER, workspace, "report", "--format=json");
    expect(reader.exitStatus).toBe(0);
    expect(JSON.parse(reader.stdout)).toMatchObject({ counts: { planned: 4, complete: 4 } });
    expect(reader.stderr).toContain("shown from the result files");
  },
);
