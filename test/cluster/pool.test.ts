import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, onTestFinished } from "vitest";
import type { SmokeReport } from "../../src/app/smoke.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { readJournal, writeJournalStudy, type NotedRun } from "../support/journal.ts";
import { runBsweep } from "../support/program.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { waitUntil } from "../support/slurm/wait.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

/** A generated round whose one array is a pool of four tasks, two a node. */
interface Round {
  readonly workspace: string;
  readonly journal: string;
  readonly logs: string;
}

describe.runIf(requireHere(SLURM))("a pool on Slurm", () => {
  let slurm: Slurm;
  const folder = makeSuiteFolder();
  beforeAll(async () => {
    slurm = await startSlurm();
  });
  afterAll(() => slurm.stop());
  afterEach(async () => {
    await slurm.run("scancel", "--user=root");
    await slurm.untilQueue("nothing runs", (rows) =>
      rows.every(({ state }) => !["RUNNING", "PENDING", "COMPLETING"].includes(state)),
    );
  });

  function makeRound(
    name: string,
    seconds: readonly number[],
    pool: Readonly<Record<string, string | number>> = {},
    resources: Readonly<Record<string, string>> = {},
  ): Round {
    const workspace = join(folder, name);
    mkdirSync(workspace);
    const { journal } = writeJournalStudy(workspace, {
      site: "slurm",
      seconds,
      pool: { slots: 4, slotsPerHost: 2, walltime: "10m", ...pool },
      resources,
    });
    const { status, stderr } = runBsweep(workspace, "generate", "study.yaml");
    if (status !== 0) throw new Error(stderr);
    return {
      workspace,
      journal,
      logs: join(workspace, "jobs", "pool", "round-001", "logs", "array-01"),
    };
  }

  /** Submits a round as its user would; returns the pool's job id. */
  async function submit({ workspace }: Round, ...args: readonly string[]): Promise<string> {
    const script = join(workspace, "jobs", "pool", "round-001", "submit.sh");
    const words = ["env", "BSWEEP_PATIENCE_SECONDS=9", "OMPI_ALLOW_RUN_AS_ROOT=1"];
    const { succeeded, stdout, stderr } = await slurm.run(
      ...([...words, "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "bash", script, ...args] as [string]),
    );
    const id = /array-01: job (\d+)/.exec(stdout)?.[1];
    if (!succeeded || id === undefined) throw new Error(`${stdout}\n${stderr}`);
    return id;
  }

  const stateOf = async (job: string): Promise<string> =>
    (await slurm.queue()).find(({ id }) => id === job)?.state ?? "unknown";

  const running = (round: Round): NotedRun[] =>
    readJournal(round).filter(({ end }) => end === undefined);

  async function batchNode(job: string): Promise<string> {
    const { stdout } = await slurm.run("scontrol", "show", "job", job);
    return /BatchHost=(\S+)/.exec(stdout)?.[1] ?? "";
  }

  /** What the results' files are called after: trial by trial, how many there are. */
  function countResults({ workspace }: Round, array = "array-01"): Record<string, number> {
    const results = join(workspace, "results", "pool", "round-001", array);
    const counts: Record<string, number> = {};
    for (const name of existsSync(results) ? readdirSync(results) : []) {
      const index = name.split(".")[0] ?? "";
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return counts;
  }

  const countOf = (round: Round): number => Object.keys(countResults(round)).length;

  const oneEach = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, place) => [String(place + 1), 1]));

  test("shares the elements between two nodes, after the canary", async () => {
    const round = makeRound("plain", Array<number>(10).fill(1));
    const job = await submit(round);
    await waitUntil("it ends", async () => (await stateOf(job)) === "COMPLETED");
    // The canary has run the first trial.
    const { 1: first, ...others } = oneEach(10);
    expect(countResults(round)).toEqual(others);
    expect(countResults(round, "array-00")).toEqual({ 1: first });
    const runs = readJournal(round);
    expect(runs).toHaveLength(10);
    expect(new Set(runs.map(({ node }) => node))).toEqual(new Set(slurm.nodes));
    const logs = readdirSync(round.logs);
    expect(logs).toEqual(expect.arrayContaining(["7.log", "task-1.log", "task-4.log"]));
    const { stdout } = runBsweep(round.workspace, "collect", "study.yaml");
    expect(stdout).toContain("10 ");
  });

  test("goes on when a node is lost in the middle: every trial ends with one result", async () => {
    const round = makeRound("node-lost", Array<number>(14).fill(3));
    const job = await submit(round, "--no-canary");
    await waitUntil("all tasks have run an element", () => readJournal(round).length >= 6);
    const first = await batchNode(job);
    const lost = slurm.nodes.find((node) => node !== first) ?? "";
    onTestFinished(() => slurm.startNode(lost));
    await slurm.killNode(lost);
    // One whose trial has ended, and whose result is not there yet, is run again too.
    const done = countResults(round);
    const interrupted = readJournal(round).filter(
      ({ place, node }) => node === lost && done[String(place)] === undefined,
    );
    await waitUntil("it ends", async () => (await stateOf(job)) === "COMPLETED");
    expect(countResults(round)).toEqual(oneEach(14));
    // What the lost node was at was run again, on the other one; nothing else was.
    const runs = readJournal(round);
    expect(runs).toHaveLength(14 + interrupted.length);
    for (const { place } of interrupted) {
      const again = runs.filter((run) => run.place === place && run.end !== undefined);
      expect(again.map(({ node }) => node)).toContain(first);
    }
  });

  test("goes on when its first node is lost, and ends its job itself, since srun is lost with it", async () => {
    const round = makeRound("first-lost", Array<number>(10).fill(3));
    const job = await submit(round, "--no-canary");
    await waitUntil("some are done", () => countOf(round) >= 4);
    const first = await batchNode(job);
    onTestFinished(() => slurm.startNode(first));
    await slurm.killNode(first);
    await waitUntil("it ends", async () => (await stateOf(job)) === "CANCELLED");
    expect(countResults(round)).toEqual(oneEach(10));
  });

  test("requeues itself when its time does not suffice for another element", async () => {
    // Of a job of two minutes twelve seconds are kept: after 48 no element of a minute may start.
    const seconds = Array<number>(20).fill(15);
    const round = makeRound("short", seconds, { walltime: "2m" }, { walltime: "1m" });
    const job = await submit(round, "--no-canary");
    await waitUntil("it ends", async () => (await stateOf(job)) === "COMPLETED");
    expect(countResults(round)).toEqual(oneEach(20));
    expect(readJournal(round)).toHaveLength(20);
    const log = readFileSync(join(round.logs, "task-1.log"), "utf8");
    expect(log.match(/^== job/gm)).toHaveLength(2);
  });

  test("that is cancelled stays cancelled, and leaves no result of what it was at", async () => {
    const round = makeRound("cancelled", Array<number>(4).fill(600));
    const job = await submit(round, "--no-canary");
    await waitUntil("all run", () => running(round).length === 4);
    await slurm.run("scancel", job);
    await waitUntil("it ends", async () => (await stateOf(job)) === "CANCELLED");
    expect(countResults(round)).toEqual({});
  });

  test("bsweep smoke tries both kinds of jobs, and tells who ran where", async () => {
    const workspace = join(folder, "smoke");
    mkdirSync(workspace);
    const args = ["smoke", "--site", "slurm", "--wait", "--json", "--workspace", workspace];
    const { exitStatus, stdout } = await slurm.run(
      process.execPath,
      builtProgram("main.js"),
      ...args,
    );
    expect(exitStatus).toBe(0);
    const report = JSON.parse(stdout) as SmokeReport;
    expect(report.findings.filter(({ level }) => level !== "note")).toEqual([]);
    const [one, two, ...pool] = report.probes.map(({ facts }) => facts);
    expect(one?.environment.scheduler).toMatchObject({ SLURM_ARRAY_TASK_ID: "1" });
    expect(two?.environment.scheduler).toMatchObject({ SLURM_ARRAY_TASK_ID: "2" });
    // The kernel's limit, as asked for.
    expect(one?.memoryLimitMiB).toBe(1024);
    expect(new Set(pool.map(({ host }) => host))).toEqual(new Set(slurm.nodes));
    expect(pool.filter(({ madeExclusiveFile }) => madeExclusiveFile)).toHaveLength(1);
    for (const { peers } of pool) expect(peers[0]?.roundTripSeconds).toBeGreaterThan(0);
    for (const { queueSeconds } of report.probes) expect(queueSeconds).toBeGreaterThanOrEqual(-1);
  });

  describe.runIf(requireHere(["mpirun"]))("by Open MPI's mpirun", () => {
    test("runs on both nodes; a task that ends does not end the others", async () => {
      const seconds = [0, 0, 8, 8, 8, 8];
      const round = makeRound("mpirun", seconds, { launcher: "mpirun" });
      const job = await submit(round, "--no-canary");
      await waitUntil("it ends", async () => (await stateOf(job)) === "COMPLETED");
      expect(countResults(round)).toEqual(oneEach(readJournal(round).length));
      expect(new Set(readJournal(round).map(({ node }) => node))).toEqual(new Set(slurm.nodes));
    });

    test("dies with any of its hosts; run again, it goes on where it was", async () => {
      const round = makeRound("mpirun-lost", Array<number>(8).fill(4), { launcher: "mpirun" });
      const job = await submit(round, "--no-canary");
      await waitUntil("all tasks have run an element", () => countOf(round) >= 4);
      const first = await batchNode(job);
      const lost = slurm.nodes.find((node) => node !== first) ?? "";
      await slurm.killNode(lost);
      await waitUntil("it has ended", async () => (await stateOf(job)) === "FAILED");
      expect(countOf(round)).toBeLessThan(8);
      const said = readFileSync(join(round.logs, `${job}.out`), "utf8");
      expect(said).toContain("ORTE has lost communication with a remote daemon");
      await slurm.startNode(lost);
      await slurm.run("scontrol", "requeue", job);
      await waitUntil("it ends", async () => (await stateOf(job)) === "COMPLETED");
      expect(countResults(round)).toEqual(oneEach(8));
    });
  });
});
