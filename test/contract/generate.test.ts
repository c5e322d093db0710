import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { runProcess, spawnSync } from "../support/programs.ts";
import { exampleStudy, makeWorkspace, writeStudy } from "../support/study-workspace.ts";

const compute1 = (text: string): string =>
  text.replace(
    "  site: local\n",
    "  site: compute1\n  userGroup: compute-lab\n  image: lab/image:1\n",
  );

const generate = (cwd: string, study: string, ...nodeOptions: string[]) =>
  runProcess(process.execPath, [...nodeOptions, builtProgram("main.js"), "generate", study], {
    cwd,
    env: { PWD: cwd, BSWEEP_WORKSPACE: "" },
  });

test("through a link, every path in a round keeps the link's name", async () => {
  const { workspace } = makeWorkspace();
  writeFileSync(join(workspace, "study.yaml"), compute1(exampleStudy("digits-grid").text));
  const link = join(makeTestFolder(), "storage1");
  symlinkSync(workspace, link);
  const { succeeded, stdout, stderr } = await generate(link, "study.yaml");
  expect(succeeded).toBe(true);
  // The rules of compute1 have something to say to a folder like this one.
  expect(stderr.split("\n").filter((line) => !line.startsWith("warning: "))).toEqual([]);
  expect(stdout).toContain("2,880 elements in 3 arrays, in jobs/digits-grid/round-001");
  expect(stdout).toContain("next: bsweep submit study.yaml");
  expect(stdout).toContain("bash jobs/digits-grid/round-001/submit.sh");
  const round = join(workspace, "jobs", "digits-grid", "round-001");
  for (const name of readdirSync(round).filter((file) => file !== "logs")) {
    expect(readFileSync(join(round, name), "utf8")).not.toContain(workspace);
  }
  const script = readFileSync(join(round, "array-03.bsub"), "utf8");
  expect(script).toContain(`-oo ${link}/jobs/digits-grid/round-001/logs/array-03/%J.%I.out`);
  expect(readFileSync(join(round, "submit.sh"), "utf8")).toContain(
    `export LSF_DOCKER_VOLUMES='${link}:${link}'`,
  );
});

test("100,000 trials take no more memory than a few", async () => {
  const layout = makeWorkspace();
  const text = exampleStudy("digits-random").text.replace("trials: 300", "trials: 100000");
  writeStudy(layout, text);
  const tellMemory =
    "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";
  const { succeeded, stdout, stderr } = await generate(
    layout.workspace,
    "study.yaml",
    `--import=${tellMemory}`,
  );
  expect(succeeded).toBe(true);
  expect(stdout).toContain("100,000 elements in 100 arrays");
  const peakMemoryMiB = Number(stderr.trim().split("\n").at(-1)) / 1024;
  expect(peakMemoryMiB).toBeGreaterThan(0);
  expect(peakMemoryMiB).toBeLessThan(250);
});

test("a job script runs the trial of its index, with an environment of its own", async () => {
  const layout = makeWorkspace();
  writeStudy(layout, exampleStudy("digits-grid").text);
  expect(await generate(layout.workspace, "study.yaml")).toMatchObject({ succeeded: true });
  const script = join(layout.round("digits-grid", 1), "array-02.sh");
  const programs = join(layout.workspace, "a folder's $programs");
  mkdirSync(programs);
  const program = join(programs, "bsweep");
  writeFileSync(
    program,
    '#!/bin/bash\nprintf "%s\\n" "$PWD" "$PATH" "$OMP_NUM_THREADS" "${NODE_OPTIONS-unset}" "$BSWEEP_WORKSPACE" "$*"\n',
  );
  chmodSync(program, 0o755);
  const run = (env: Readonly<Record<string, string>>) =>
    spawnSync(script, [], { env: { PATH: process.env["PATH"], ...env }, cwd: "/" });

  const told = run({ LSB_JOBINDEX: "17", BSWEEP: program, NODE_OPTIONS: "--none", PATH: "/none" });
  expect(told.stderr).toBe("");
  expect(told.stdout.trimEnd().split("\n")).toEqual([
    layout.workspace,
    // Without a container, PATH is that of whoever started it.
    "/none",
    "1",
    "unset",
    layout.workspace,
    "trial --manifest jobs/digits-grid/round-001/array-02.trials.jsonl --index 17",
  ]);
  expect(run({ LSB_JOBINDEX: "1", BSWEEP_PATH: `${programs}:/usr/bin:/bin` }).stdout).toContain(
    programs,
  );
  for (const index of ["", "0", "x", "-1", "1; id"]) {
    const { status, stderr } = run({ LSB_JOBINDEX: index, BSWEEP: program });
    expect(status).toBe(2);
    expect(stderr).toContain(`LSB_JOBINDEX is '${index}', expected 1 to 1000`);
  }
  const lost = run({ LSB_JOBINDEX: "1", BSWEEP: program, BSWEEP_WORKSPACE: "/absent" });
  expect(lost.status).toBe(5);
  expect(lost.stderr).toContain("the workspace cannot be entered");
});
