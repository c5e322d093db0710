import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runBsweep, until, type ProcessEnd } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { readJournal, writeJournalStudy } from "../support/journal.ts";
import type { Lsf } from "../support/lsf/lsf.ts";
import { useLsf } from "../support/lsf/suite.ts";

interface PoolRound {
  readonly workspace: string;
  readonly journal: string;
  readonly submitted: ProcessEnd;
}

/** A site of its own: LSF without containers. */
function makeWorkspace(): string {
  const workspace = makeTestFolder();
  mkdirSync(join(workspace, "sites"));
  writeFileSync(join(workspace, "sites", "own.yaml"), "scheduler: lsf\nqueue: general\n");
  return workspace;
}

const bsweep = (
  lsf: Lsf,
  workspace: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessEnd> =>
  runBsweep([...args, "--workspace", workspace], {
    shellSetup: `cd '${workspace}'`,
    env: { PATH: lsf.environment()["PATH"] ?? "", PWD: workspace, ...env },
  });

async function submitPool(
  lsf: Lsf,
  seconds: readonly number[],
  pool: Readonly<Record<string, string | number>> = {},
  cpus = 1,
): Promise<PoolRound> {
  const workspace = makeWorkspace();
  const { journal } = writeJournalStudy(workspace, {
    site: "own",
    seconds,
    pool: { slots: 4, slotsPerHost: 2, walltime: "10m", ...pool },
    resources: { cpus },
  });
  const args = ["submit", "study.yaml", "--no-canary"];
  const submitted = await bsweep(lsf, workspace, args, { BSWEEP_PATIENCE_SECONDS: "6" });
  return { workspace, journal, submitted };
}

function resultsOf({ workspace }: PoolRound): string[] {
  const folder = join(workspace, "results", "pool", "round-001", "array-01");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => name.split(".")[0] ?? "").sort((a, b) => Number(a) - Number(b));
}

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index + 1));

describe("a pool on the emulated LSF", () => {
  const lsf = useLsf({ terminateIntervalSeconds: 1 });

  test("is started by blaunch: so many tasks on each of two hosts, each with its CPUs", async () => {
    const round = await submitPool(lsf(), Array<number>(8).fill(0.5), {}, 2);
    expect(round.submitted.stderr).not.toContain("error");
    await lsf().untilEnded();
    expect(resultsOf(round)).toEqual(numbers(8));
    const [job] = await lsf().jobs();
    const calls = (await lsf().calls()).filter(({ command }) => command === "blaunch");
    expect(calls.map(({ args }) => args[0]).sort()).toEqual([
      "exec-1",
      "exec-1",
      "exec-2",
      "exec-2",
    ]);
    expect((await lsf().element(job?.id ?? 0)).state).toBe("DONE");
    expect(new Set(readJournal(round).map(({ node }) => node)).size).toBe(2);
  });

  test("goes on when the other host dies: every trial ends with one result", async () => {
    const round = await submitPool(lsf(), Array<number>(10).fill(3));
    await until(() => readJournal(round).length >= 4);
    const [job] = await lsf().jobs();
    const { hosts } = await lsf().element(job?.id ?? 0);
    const other = hosts.find((name) => name !== hosts[0]) ?? "";
    // Not between two trials: one has just begun there.
    await until(() =>
      readJournal(round)
        .slice(4)
        .some(({ node, end }) => node === other && end === undefined),
    );
    await lsf().killHost(other);
    await lsf().untilEnded();
    expect(resultsOf(round)).toEqual(numbers(10));
    const runs = readJournal(round);
    const again = runs.length - 10;
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThanOrEqual(2);
  });

  test("smoke tries it through the same job files, and says where the tasks ran", async () => {
    const workspace = makeWorkspace();
    const end = await bsweep(lsf(), workspace, ["smoke", "--site", "own", "--wait", "--json"]);
    expect(end.exitStatus).toBe(0);
    const report = JSON.parse(end.stdout) as {
      complete: boolean;
      findings: { level: string }[];
      probes: { facts: { kind: string; job: string; peers: { roundTripSeconds: number }[] } }[];
    };
    expect(report.complete).toBe(true);
    expect(report.findings.filter(({ level }) => level !== "note")).toEqual([]);
    expect(report.probes.map(({ facts }) => facts.kind)).toEqual([
      "array",
      "array",
      "pool",
      "pool",
    ]);
    const [, , one] = report.probes;
    expect(one?.facts.peers[0]?.roundTripSeconds).toBeGreaterThan(0);
  });

  test("smoke tells of a queue that does not take jobs, and of probes that cannot run", async () => {
    const workspace = makeWorkspace();
    const site = (text: string): void =>
      writeFileSync(join(workspace, "sites", "own.yaml"), `scheduler: lsf\n${text}`);
    site("queue: closed\n");
    const refused = await bsweep(lsf(), workspace, ["smoke", "--site", "own", "--wait"]);
    expect(refused.exitStatus).toBe(4);
    expect(refused.stderr).toContain("Queue has been closed");
    site("queue: general\nbsweep: /nowhere/bsweep\n");
    const broken = await bsweep(lsf(), workspace, ["smoke", "--site", "own", "--wait"]);
    expect(broken.exitStatus).toBe(4);
    expect(broken.stdout).toContain("problem: array element 1 has not reported");
    expect(broken.stdout).toContain("/nowhere/bsweep");
  }, 240_000);
});

test("what would be submitted is shown, and nothing of it stays", async () => {
  const workspace = makeWorkspace();
  const end = await runBsweep(["smoke", "--site", "own", "--print", "--workspace", workspace], {
    shellSetup: `cd '${workspace}'`,
    env: { PWD: workspace },
  });
  expect(end.exitStatus).toBe(0);
  expect(end.stdout.match(/^would run: bsub/gm)).toHaveLength(2);
  expect(readdirSync(workspace).filter((name) => name !== "sites" && name !== "jobs")).toEqual([]);
  expect(readdirSync(join(workspace, "jobs"))).toEqual([]);
  expect(readFileSync(join(workspace, "sites", "own.yaml"), "utf8")).toContain("lsf");
});
