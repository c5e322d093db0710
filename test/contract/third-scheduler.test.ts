import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { StudyStatus } from "../../src/app/status.ts";
import type { DoctorReport } from "../../src/app/doctor.ts";
import { ELEMENTS } from "../../src/schedulers/elements.ts";
import { SCHEDULERS } from "../../src/schedulers/index.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { runBsweep, type ProcessEnd } from "../support/bsweep-process.ts";
import { makeSuiteFolder, makeTestFolder } from "../support/folder.ts";
import { describeScheduler } from "../support/scheduler-contract.ts";
import { GOOD } from "../support/submitted-round.ts";
import { buildWithToy, TOY_FOLDER } from "../support/toy/program.ts";
import { toy } from "../support/toy/toy.ts";

SCHEDULERS.push(toy);
ELEMENTS.push(toy.element);
describeScheduler(toy, join(TOY_FOLDER, "templates"), { query: "999|1|runs|other\n" });

describe("a scheduler of which src knows nothing", () => {
  const programFolder = makeSuiteFolder();
  let program = "";
  beforeAll(async () => {
    program = await buildWithToy(programFolder);
  });

  /** A workspace with a study on the toy, and bsweep in it. */
  function makeStudy(deeds: readonly string[], { cluster = "", resources = "" } = {}) {
    const workspace = makeTestFolder();
    const home = join(workspace, "toys");
    mkdirSync(join(workspace, "sites"));
    writeFileSync(join(workspace, "sites", "mine.yaml"), "scheduler: toy\nmaxArraySize: 2\n");
    cpSync(join(TOY_FOLDER, "templates"), join(workspace, "templates"), { recursive: true });
    const studyFile = join(workspace, "study.yaml");
    const space = deeds.map((deed, place) => JSON.stringify(`${deed} # ${place}`)).join(", ");
    writeFileSync(
      studyFile,
      `study: s
objective: { metric: score, direction: maximize }
trainer: { command: [bash, -c, "eval \\"$0\\"", "{{deed}}", "{{result}}"] }
space: { deed: [${space}] }
cluster: { site: mine, concurrencyLimit: 2${cluster} }
resources: { cpus: 1, memory: 1GB, walltime: 10m${resources} }
`,
    );
    const PATH = [TOY_FOLDER, process.env["PATH"] ?? ""].join(delimiter);
    const env = { PATH, TOY_HOME: home };
    const run = (command: string, ...words: readonly string[]): Promise<ProcessEnd> =>
      runBsweep([`--workspace=${workspace}`, command, studyFile, ...words], { env, program });
    const status = async (): Promise<StudyStatus> =>
      JSON.parse((await run("status", "--json")).stdout) as StudyStatus;
    return {
      workspace,
      home,
      env,
      studyFile,
      run,
      status,
      open: () => writeFileSync(join(home, "open"), ""),
    };
  }

  test("plan, generate, submit, status: to the last result", async () => {
    const { workspace, run, status, open } = makeStudy([GOOD, GOOD, GOOD]);
    const planned = await run("plan");
    expect(planned).toMatchObject({ exitStatus: 0 });
    expect(planned.stdout).toContain(
      "new       3 in 2 arrays of 2 elements, the last of 1, on mine",
    );
    expect(await run("generate")).toMatchObject({ exitStatus: 0 });
    const round = join(workspace, "jobs/s/round-001");
    expect(readdirSync(round)).toEqual(expect.arrayContaining(["array-01.toy", "submit.sh"]));
    expect(readFileSync(join(round, "array-01.toy"), "utf8")).toMatch(/^#TOY elements 2$/m);

    const submitted = await run("submit");
    expect(submitted).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(submitted.stdout).toContain(
      "array-00: job 100, 1 element\narray-01: job 101, 2 elements\n",
    );
    expect(await run("submit")).toMatchObject({ exitStatus: 0 });
    expect((await status()).counts).toMatchObject({ waiting: 3 });

    open();
    await expect.poll(async () => (await status()).counts.complete, { timeout: 60_000 }).toBe(3);
    expect((await status()).arrays.map(({ scheduler, job }) => [scheduler, job])).toEqual([
      ...[
        ["toy", "101"],
        ["toy", "102"],
      ],
    ]);
    const results = join(workspace, "results/s/round-001/array-02");
    const [name = ""] = readdirSync(results);
    expect(JSON.parse(readFileSync(join(results, name), "utf8"))).toMatchObject({
      element: { job: "102", index: 1, host: "toy-host" },
    });
  });

  test("a submission that is refused, elements that fail, and a scheduler that does not answer", async () => {
    const refused = makeStudy([GOOD], { cluster: ", queue: closed" });
    await refused.run("generate");
    const end = await refused.run("submit");
    expect(end).toMatchObject({ exitStatus: 4 });
    expect(end.stderr).toContain("Toy refused array-01: toysub: refused, the queue is closed");

    const { run, home, open, status } = makeStudy(["exit 3"]);
    await run("generate");
    expect(await run("submit")).toMatchObject({ exitStatus: 0 });
    writeFileSync(join(home, "down"), "");
    const unasked = await run("status");
    expect(unasked.exitStatus).toBe(0);
    expect(unasked.stdout).toContain("Toy could not be asked: toystat ended with status 2");
    rmSync(join(home, "down"));
    open();
    await expect.poll(async () => (await status()).counts.failed, { timeout: 60_000 }).toBe(1);
  });

  test("steering, as far as it can be steered; doctor; no shell", async () => {
    const { run, status } = makeStudy([GOOD, GOOD]);
    await run("generate");
    await run("submit");
    const throttled = await run("throttle", "1");
    expect(throttled.stdout).toContain("round 1, array 1, job 101: Toy has no command for it");
    const paused = await run("pause");
    expect(paused.stdout).toContain("round 1, array 1, job 101: Toy has no command for it");
    expect(paused.stdout).toContain("nothing more is submitted either, until bsweep resume");
    const stopped = await run("pause", "--running");
    expect(stopped).toMatchObject({ exitStatus: 6 });
    expect(stopped.stderr).toContain("Toys cannot be stopped");
    expect(await run("cancel", "--yes")).toMatchObject({ exitStatus: 0 });
    expect((await status()).counts).toMatchObject({ cancelled: 2 });

    const { checks } = JSON.parse((await run("doctor", "--json")).stdout) as DoctorReport;
    const told = checks.map(({ name, state, found }) => `${name}: ${state}, ${found}`);
    expect(told).toContain("toy commands: ok, on PATH");
    expect(told).toContain("Toy: ok, answers");
    const shell = await run("shell");
    expect(shell.exitStatus).toBe(6);
    expect(shell.stderr).toContain("bsweep knows no way to a shell");
  });

  test("its job files run without it, by bsweep local; another bsweep names what it does not know", async () => {
    const { run, status, studyFile, workspace } = makeStudy([GOOD, GOOD, GOOD]);
    await run("generate");
    const asking = [`--workspace=${workspace}`, "status", studyFile];
    const { exitStatus, stderr } = await runBsweep(asking, { program: builtProgram("main.js") });
    // What is known is shown all the same.
    expect(exitStatus).toBe(0);
    expect(stderr).toContain(
      'round-001/round.json: found scheduler "toy", expected one of lsf, slurm, local',
    );
    expect(await run("local")).toMatchObject({ exitStatus: 0 });
    expect((await status()).counts.complete).toBe(3);
  });
});
