import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import { eventually } from "../support/lsf/suite.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import { makeSlurmStudy, type SlurmStudy } from "../support/slurm/study.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const SUBMIT_ALL = ["--no-canary", "--quiet"];

/** Trials that are complete once there is a file `go` in the workspace. */
const GATED = `
objective: { metric: score, direction: maximize }
trainer:
  command: [bash, -c, 'until [[ -e go || ! -e study.yaml ]]; do sleep 0.2; done; echo "{\\"metrics\\":{\\"score\\":1}}" > "$BSWEEP_RESULT"']
  version: 1
space: { x: [1, 2, 3, 4, 5, 6] }
resources: { memory: 200MB, walltime: 5m }
`;

describe.runIf(requireHere(SLURM))("steering jobs of Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ nodes: 1, cpusPerNode: 8 });
  });
  afterAll(() => slurm.stop());

  async function makeStudy(name: string, cluster: string[] = [], status = 0): Promise<SlurmStudy> {
    const limit = "concurrencyLimit: 2";
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      ...{ name, study: GATED, cluster: [limit, ...cluster] },
      site: ["maxArraySize: 4"],
    });
    await study.demand("generate", "study.yaml");
    expect(await study.submit(1, ...SUBMIT_ALL)).toMatchObject({ exitStatus: status, stderr: "" });
    return study;
  }

  const openGate = ({ layout }: SlurmStudy): void =>
    writeFileSync(join(layout.workspace, "go"), "");

  /** States of a study's elements, by array, in the order of their indices. */
  async function states(study: SlurmStudy, array: string): Promise<string[]> {
    const id = study.jobs(1)[array] ?? "";
    const rows = (await slurm.queue()).filter((row) => row.id.startsWith(`${id}_`));
    const indexOf = (row: { id: string }): number => Number(row.id.split("_")[1]);
    return rows.sort((a, b) => indexOf(a) - indexOf(b)).map(({ state }) => state);
  }

  const countRunning = async (study: SlurmStudy): Promise<number> =>
    [...(await states(study, "array-01")), ...(await states(study, "array-02"))].filter(
      (state) => state === "RUNNING",
    ).length;

  test("throttle changes how many run, also of what is submitted later", async () => {
    const study = await makeStudy("throttled", ["maxPendingElements: 4"], 75);
    await eventually(() => countRunning(study)).toBe(2);
    const raised = await study.demand("throttle", "study.yaml", "3");
    expect(raised).toContain("at most 3 at once");
    await eventually(() => countRunning(study)).toBe(3);
    const lowered = await study.demand("throttle", "study.yaml", "1");
    expect(lowered).toContain("at most 1 at once; 3 elements run on");
    openGate(study);
    await study.untilEnded();
    expect(await study.submit(1, ...SUBMIT_ALL)).toMatchObject({ exitStatus: 0, stderr: "" });
    const shown = await slurm.run("scontrol", "show", "job", study.jobs(1)["array-02"] ?? "");
    expect(shown.stdout).toContain("ArrayTaskThrottle=1");
    await study.untilEnded();
    expect(study.results(1, 1).size + study.results(1, 2).size).toBe(6);
    // Elements have ended, and Slurm still knows them.
    expect(await study.demand("throttle", "study.yaml", "5")).toContain("has ended");
  });

  test("a pause lets what runs end and nothing start, also once elements have ended", async () => {
    const study = await makeStudy("paused");
    await eventually(() => countRunning(study)).toBe(2);
    const paused = await study.demand("pause", "study.yaml");
    expect(paused).toContain("2 elements held, 2 elements running to the end");
    const stopped = await study.bsweep("pause", "study.yaml", "--running");
    expect(stopped.exitStatus).toBe(6);
    expect(stopped.stderr).toContain("Slurm lets no user stop what runs");
    openGate(study);
    const halfway = ["COMPLETED", "COMPLETED", "PENDING", "PENDING"];
    await eventually(() => states(study, "array-01")).toEqual(halfway);
    // Slurm answers with status 1 now, though it does what it is told.
    const resumed = await study.demand("resume", "study.yaml");
    expect(resumed).toMatch(/round 1, array 1, job \d+: 2 elements released/);
    expect((await study.untilEnded()).map(({ state }) => state)).toEqual(
      Array(6).fill("COMPLETED"),
    );
  });

  test("cancel: a trial, what waits, all; a job that is not ours is left alone", async () => {
    const study = await makeStudy("cancelled");
    await eventually(() => countRunning(study)).toBe(2);
    expect(await study.demand("cancel", "study.yaml", "--trial=4", "--yes")).toContain(
      "1 element ended: 4",
    );
    // Slurm forgets elements that end before they start.
    await eventually(() => states(study, "array-01")).toEqual(["RUNNING", "RUNNING", "PENDING"]);
    await study.demand("cancel", "study.yaml", "--waiting", "--array=1", "--yes");
    await eventually(() => states(study, "array-01")).toEqual(["RUNNING", "RUNNING"]);

    const others = await slurm.run(
      ...["sbatch", "--parsable", "-J", "somebody-elses", "-o", "/dev/null", "--wrap", "sleep 600"],
    );
    const submitted = join(study.layout.round("cancelled", 1), "submitted", "array-02.job");
    const own = study.jobs(1)["array-02"] ?? "";
    writeFileSync(submitted, `${others.stdout}\n`);
    for (const words of [
      ["throttle", "study.yaml", "1"],
      ["pause", "study.yaml"],
    ]) {
      const [command = "", ...rest] = words;
      expect(await study.demand(command, ...rest)).toContain("round 1, array 2");
    }
    const ended = await study.demand("cancel", "study.yaml", "--yes");
    expect(ended).toMatch(/array 2, job \d+: has ended: the scheduler knows no unfinished job/);
    await eventually(() => countRunning(study)).toBe(0);
    const foreign = (await slurm.queue()).find(({ id }) => id === others.stdout);
    expect(foreign?.state).toMatch(/^(?:RUNNING|PENDING)$/);
    expect(foreign?.reason).not.toMatch(/held/i);
    await slurm.run("scancel", others.stdout, own);
    await study.untilEnded();
  });

  test("a command beside a trial that runs, and one in a job of its own", async () => {
    const study = await makeStudy("attached");
    await eventually(() => countRunning(study)).toBe(2);
    const seen = 'echo "$SLURM_JOB_ID"; exit 7';
    const beside = await study.bsweep("attach", "study.yaml", "2", "--", "bash", "-c", seen);
    expect(beside).toMatchObject({ exitStatus: 7 });
    const element = `${study.jobs(1)["array-01"] ?? ""}_2`;
    const { stdout: id } = await slurm.run("squeue", "-h", "-o", "%A", "-j", element);
    expect(beside.stdout).toBe(id);
    const shown = await study.demand("attach", "study.yaml", "2", "--print");
    expect(shown).toMatch(/srun --pty --jobid=\d+ --overlap \/bin\/bash/);
    const waiting = await study.bsweep("attach", "study.yaml", "5", "--", "true");
    expect(waiting.exitStatus).toBe(6);
    expect(waiting.stderr).toContain("trial 5 does not run: it is waiting");

    const own = await study.demand(
      "shell",
      "study.yaml",
      "--",
      "bash",
      "-c",
      "pwd; echo $SLURM_JOB_NAME",
    );
    expect(own).toBe(`${study.layout.workspace}\nbsweep-shell`);
    expect(existsSync(study.layout.pausedFile("attached"))).toBe(false);
    openGate(study);
    await study.untilEnded();
  });
});
