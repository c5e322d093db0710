import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { randomFor } from "../../../src/core/random.ts";
import { until, type BsweepProcess } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { readJournal, type NotedRun } from "../../support/journal.ts";
import {
  claimsOf,
  killWhole,
  makeJournalRound,
  POOL_CLUSTER,
  resultsOf,
  startTask,
  type JournalRound,
} from "../../support/pool.ts";

const journalFile = (): string => join(makeTestFolder(), "journal");
const evenly = (count: number, seconds: number): number[] => Array<number>(count).fill(seconds);

/** Tasks that end with the test, whatever becomes of it. */
function start(round: JournalRound, env: Readonly<Record<string, string>> = {}): BsweepProcess {
  const task = startTask(round, { BSWEEP_PATIENCE_SECONDS: "6", ...env });
  onTestFinished(() => void killWhole(task.pid));
  return task;
}

const claimFolder = ({ manifestFile }: JournalRound): string =>
  join(dirname(manifestFile), "claims", "array-01");

describe("tasks of a pool", () => {
  test("share the elements: each runs once, every task ends with 0", async () => {
    const round = makeJournalRound(evenly(24, 0.05), journalFile());
    const tasks = Array.from({ length: 6 }, () => start(round));
    const ends = await Promise.all(tasks.map(({ end }) => end));
    expect(ends.map(({ exitStatus, stderr }) => [exitStatus, stderr])).toEqual(
      evenly(6, 0).map((status) => [status, ""]),
    );
    expect(resultsOf(round).size).toBe(24);
    const runs = readJournal(round);
    expect(runs.map(({ place }) => place).sort((a, b) => a - b)).toEqual(
      evenly(24, 0).map((_, place) => place + 1),
    );
    expect(existsSync(join(claimFolder(round), "complete"))).toBe(true);
  });

  test("leave each element a log of its own", async () => {
    const round = makeJournalRound(evenly(3, 0), journalFile());
    const logs = join(dirname(round.manifestFile), "logs", "array-01");
    mkdirSync(logs, { recursive: true });
    const { exitStatus, stdout } = await start(round, { SLURM_JOB_ID: "77" }).end;
    expect(exitStatus).toBe(0);
    expect(readdirSync(logs).sort()).toEqual(["1.log", "2.log", "3.log"]);
    const second = readFileSync(join(logs, "2.log"), "utf8");
    expect(second).toMatch(/^== job 77, element 2, on \S+, \d{4}-\d\d-\d\dT[\d:]{8}\+0000\n/);
    expect(second).toContain("trial 2 speaks\n");
    expect(second).toMatch(/trial 2: complete, score 0.5/);
    expect(stdout).toContain("takes element 2\n");
    expect(stdout).not.toContain("speaks");
  });

  test.each([1, 2, 3])(
    "killed at random (seed %i): every element gets one result, none runs in two living tasks at once",
    async (seed) => {
      const random = randomFor(seed, "pool");
      const seconds = evenly(20, 0).map(() => 0.1 + 0.8 * random.next());
      const round = makeJournalRound(seconds, journalFile());
      const killedAt = new Map<number, number>();
      const tasks = Array.from({ length: 5 }, () => start(round));
      for (let kill = 0; kill < 5; kill++) {
        await sleep(300 + random.nextInteger(900));
        const [victim] = tasks.splice(random.nextInteger(tasks.length), 1);
        if (victim === undefined) throw new Error("no task");
        const killed = killWhole(victim.pid);
        for (const pid of killed) killedAt.set(pid, Date.now() * 1000);
        expect(await victim.end).toMatchObject({ signal: "SIGKILL" });
        // As a job that is requeued brings new tasks to a folder with claims of dead ones.
        tasks.push(start(round));
      }
      const ends = await Promise.all(tasks.map(({ end }) => end));
      const results = resultsOf(round);
      const lost = claimsOf(round).filter((name) => /^\d+\.3\.failed$/.test(name)).length;
      expect(ends.map(({ exitStatus }) => exitStatus)).toEqual(evenly(5, lost === 0 ? 0 : 5));
      expect(results.size).toBe(20 - lost);
      expect(new Set(results.values())).toEqual(new Set(["complete"]));
      expect(overlaps(readJournal(round), killedAt)).toEqual([]);
      // A trial runs again only when the task that ran it was killed.
      const runs = readJournal(round);
      const unfinished = runs.filter(({ end, pid }) => end === undefined && !killedAt.has(pid));
      expect(unfinished).toEqual([]);
      expect(runs.length - 20).toBeLessThanOrEqual(killedAt.size);
    },
  );

  test("an element over which three tasks died is given up, the others are not held up", async () => {
    const round = makeJournalRound([600, 0, 0], journalFile());
    for (let death = 1; death <= 3; death++) {
      // One task at a time: none is taken for dead that is but slow.
      const task = start(round, { BSWEEP_PATIENCE_SECONDS: "2" });
      await until(() => readJournal(round).filter(({ place }) => place === 1).length === death);
      killWhole(task.pid);
      expect(await task.end).toMatchObject({ signal: "SIGKILL" });
    }
    const { exitStatus, stderr } = await start(round, { BSWEEP_PATIENCE_SECONDS: "2" }).end;
    expect(exitStatus).toBe(5);
    expect(stderr).toContain("too many tasks were lost");
    expect([...resultsOf(round).keys()].sort()).toEqual([2, 3]);
  });

  test("a task that was suspended and taken for dead gives way when it wakes", async () => {
    const round = makeJournalRound([20], journalFile());
    const first = start(round);
    await until(() => readJournal(round).length === 1);
    process.kill(first.pid, "SIGSTOP");
    const second = start(round);
    await until(() => readJournal(round).length === 2);
    process.kill(first.pid, "SIGCONT");
    await until(() => first.output().includes("taken over by another task"));
    const [woken] = readJournal(round);
    await until(() => !existsSync(`/proc/${woken?.pid ?? 0}`));
    second.kill("SIGTERM");
    expect(await second.end).toMatchObject({ exitStatus: 75 });
    first.kill("SIGTERM");
    expect(await first.end).toMatchObject({ exitStatus: 75 });
    expect(claimsOf(round)).toEqual(["1.1", "1.2", "1.2.returned"]);
  });
});

test("of processes that race for the same elements, one wins each", async () => {
  const folder = makeTestFolder();
  const go = join(folder, "go");
  const script = join(import.meta.dirname, "..", "..", "fixtures", "pool", "claim-all.ts");
  const racers = Array.from({ length: 4 }, () => {
    const args = ["--import", "tsx", script, join(folder, "claims"), go, "1000"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return { output: () => output, end: once(child, "close") };
  });
  await until(() => racers.every(({ output }) => output().includes("ready")));
  writeFileSync(go, "");
  await Promise.all(racers.map(({ end }) => end));
  const won = racers.map(({ output }) => JSON.parse(output().split("\n")[1] ?? "") as number[]);
  expect(won.flat().sort((a, b) => a - b)).toEqual(evenly(1000, 0).map((_, index) => index + 1));
  // They did race.
  expect(won.filter((own) => own.length > 0).length).toBeGreaterThan(1);
});

/** Pairs of runs of one trial that were under way at the same time. */
function overlaps(runs: readonly NotedRun[], killedAt: ReadonlyMap<number, number>): unknown[] {
  const endOf = ({ end, pid }: NotedRun): number => end ?? killedAt.get(pid) ?? Infinity;
  return runs.flatMap((one) =>
    runs
      .filter((other) => other.place === one.place && other.pid !== one.pid)
      .filter((other) => other.begin >= one.begin && other.begin < endOf(one))
      .map((other) => [one, other]),
  );
}

const SHORT_JOB = { ...POOL_CLUSTER, pool: { slots: 1, walltimeSeconds: 20 } };

describe("the end of a job", () => {
  const limits = { cpus: 1, memoryMiB: 4096, walltimeSeconds: 10, checkpointSeconds: null };

  test("what may not fit does not start, and asks to be run again", async () => {
    const round = makeJournalRound(evenly(3, 0.1), journalFile(), { cluster: SHORT_JOB, limits });
    // 20 seconds, of which 5 are kept; 8 have passed.
    const started = String(Date.now() / 1000 - 8);
    const first = await start(round, { BSWEEP_JOB_STARTED: started }).end;
    expect(first).toMatchObject({ exitStatus: 75 });
    expect(resultsOf(round).size).toBe(1);
    expect(await start(round).end).toMatchObject({ exitStatus: 0 });
    expect(resultsOf(round).size).toBe(3);
    expect(readJournal(round)).toHaveLength(3);
  });

  test("what is still running is given back in time, and counts as no failure", async () => {
    const round = makeJournalRound([600], journalFile(), { cluster: SHORT_JOB, limits });
    const started = String(Date.now() / 1000 - 12);
    const end = await start(round, { BSWEEP_JOB_STARTED: started }).end;
    expect(end).toMatchObject({ exitStatus: 75 });
    expect(resultsOf(round).size).toBe(0);
    expect(claimsOf(round)).toEqual(["1.1", "1.1.returned"]);
  });

  test.each([
    ["SIGTERM", 75],
    ["SIGUSR2", 75],
    ["SIGINT", 130],
  ] as const)(
    "%s gives the element back: another task takes it at once",
    async (signal, status) => {
      const round = makeJournalRound([2], journalFile());
      const task = start(round, { BSWEEP_PATIENCE_SECONDS: "600" });
      await until(() => readJournal(round).length === 1);
      task.kill(signal);
      expect(await task.end).toMatchObject({ exitStatus: status });
      const next = await start(round, { BSWEEP_PATIENCE_SECONDS: "600" }).end;
      expect(next).toMatchObject({ exitStatus: 0 });
      expect([...resultsOf(round).values()]).toEqual(["complete"]);
    },
  );
});

test("a trial that fails is a result; a line that cannot be read is given up, the others are not", async () => {
  const round = makeJournalRound([0, 0, 0], journalFile());
  const lines = readFileSync(round.manifestFile, "utf8").split("\n");
  writeFileSync(round.manifestFile, [lines[0], "half a li", lines[2], ""].join("\n"));
  const { exitStatus } = await start(round).end;
  expect(exitStatus).toBe(5);
  expect([...resultsOf(round).keys()].sort()).toEqual([1, 3]);
});

test("a host that cannot run anything ends its task and gives the element to others", async () => {
  const round = makeJournalRound([0, 0], journalFile());
  writeFileSync(join(round.workspace, "results"), "a file where a folder should be");
  const { exitStatus, stderr } = await start(round).end;
  expect(exitStatus).toBe(5);
  expect(stderr).toContain("cannot write results to");
  expect(claimsOf(round).filter((name) => name.endsWith(".failed"))).toHaveLength(1);
});
