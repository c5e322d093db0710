import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSuiteFolder, makeTestFolder } from "../support/folder.ts";
import type { QueueRow } from "../support/slurm/queue.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import {
  behaviourStudy,
  gatedStudy,
  makeSlurmStudy,
  type SlurmStudy,
} from "../support/slurm/study.ts";
import { waitUntil } from "../support/slurm/wait.ts";
import { requireForCluster, SLURM } from "./requirements.ts";

describe.runIf(requireForCluster(SLURM))("steering a study on Slurm", () => {
  let slurm: Slurm;
  let lossy: SlurmStudy;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 5 });
    // Slurm's own limit of a minute ends one of them: that takes its time while the others are tried.
    lossy = await submit("lossy", LOSSY_STUDY, [], suiteFolder);
  });
  afterAll(() => slurm.stop());

  const suiteFolder = makeSuiteFolder();
  const submit = async (
    name: string,
    study: string,
    cluster: readonly string[] = [],
    folder = makeTestFolder(),
  ): Promise<SlurmStudy> => {
    const site = ["maxArraySize: 4"];
    const made = makeSlurmStudy(slurm, folder, { name, study, cluster, site });
    expect(await made.bsweep("submit", "study.yaml", "--no-canary")).toMatchObject({
      exitStatus: 0,
    });
    return made;
  };
  const untilRunning = (name: string, elements: number) =>
    slurm.untilQueue(
      `${elements} elements of ${name} run`,
      (rows) => rows.filter(own(name)).filter(isRunning).length === elements,
    );

  test("throttle changes the limit of what is submitted, and what runs goes on", async () => {
    const study = await submit("throttled", gatedStudy(8), ["concurrencyLimit: 1"]);
    await untilRunning("throttled", 1);
    await study.demand("throttle", "study.yaml", "3");
    await untilRunning("throttled", 3);
    expect(await countsOf(study)).toEqual({ running: 3, waiting: 5 });
    await study.demand("throttle", "study.yaml", "2");
    const { stdout } = await slurm.run(
      ...["squeue", "-h", "-j", Object.values(study.jobs(1)).join(","), "-o", "%i %T"],
    );
    expect(stdout.match(/RUNNING/g)).toHaveLength(3);
    // The array that waits has the new limit too.
    expect(stdout).toMatch(/_\[1-4%2\] PENDING/);
    study.openGate();
    await study.untilEnded();
    // One has ended by now: Slurm says so with status 1, and yet does what it was told.
    expect(await study.bsweep("throttle", "study.yaml", "5")).toMatchObject({ exitStatus: 0 });
    expect(await countsOf(study)).toEqual({ complete: 8 });
  });

  test("pause lets what runs end and nothing else start, until resume", async () => {
    const study = await submit("paused", gatedStudy(3), ["concurrencyLimit: 1"]);
    await untilRunning("paused", 1);
    await study.demand("pause", "study.yaml");
    study.openGate();
    const held = await slurm.untilQueue("it has ended", (rows) =>
      rows.filter(own("paused")).every((row) => !isRunning(row) && row.state !== "COMPLETING"),
    );
    expect(
      held
        .filter(own("paused"))
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["COMPLETED", "PENDING", "PENDING"]);
    expect(await countsOf(study)).toEqual({ complete: 1, held: 2 });
    await study.demand("resume", "study.yaml");
    await study.untilEnded();
    expect(await countsOf(study)).toEqual({ complete: 3 });
  });

  test("cancel ends a trial, an array, a study, and nothing of anybody else's", async () => {
    const other = await submit("cancelled-not", gatedStudy(1));
    const study = await submit("cancelled", gatedStudy(8), ["concurrencyLimit: 3"]);
    await untilRunning("cancelled", 3);
    const states = async () => {
      const rows = (await slurm.queue()).filter(own("cancelled"));
      return new Map(rows.map(({ id, state }) => [id, state]));
    };
    const { "array-01": first = "", "array-02": second = "" } = study.jobs(1);
    await study.demand("cancel", "study.yaml", "--trial", "2", "--yes");
    await untilRunning("cancelled", 3);
    expect(await states()).toEqual(
      new Map([
        [`${first}_1`, "RUNNING"],
        [`${first}_2`, "CANCELLED"],
        ...[3, 4].map((index) => [`${first}_${index}`, "RUNNING"] as const),
        ...[1, 2, 3, 4].map((index) => [`${second}_${index}`, "PENDING"] as const),
      ]),
    );
    await study.demand("cancel", "study.yaml", "--array", "2", "--yes");
    expect([...(await states())].filter(([, state]) => state === "RUNNING")).toHaveLength(3);
    await study.demand("cancel", "study.yaml", "--yes");
    const rows = await study.untilEnded();
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["CANCELLED"]));
    expect((await slurm.queue()).filter(own("cancelled-not"))).toMatchObject([
      { state: "RUNNING" },
    ]);
    other.openGate();
    await other.untilEnded();
  });

  test("a cancelled element leaves its checkpoint and comes back by retry alone, from there", async () => {
    const study = await submit("stopped", behaviourStudy(["75-on-term"]));
    const log = join(study.layout.round("stopped", 1), "logs/array-01/1.log");
    await slurm.untilQueue(
      "it waits for the signal",
      () => existsSync(log) && readFileSync(log, "utf8").includes("waiting for a signal"),
    );
    await study.demand("cancel", "study.yaml", "--yes");
    const rows = await study.untilEnded();
    expect(rows).toMatchObject([{ state: "CANCELLED" }]);
    expect(readFileSync(log, "utf8")).toContain("stopped, to be run again");
    expect(study.results(1, 1).size).toBe(0);
    await waitUntil("it is lost", async () => (await countsOf(study))["lost"] === 1);
    await study.demand("retry", "study.yaml");
    await study.demand("submit", "study.yaml", "--no-canary");
    await study.untilEnded();
    // Without the checkpoint it would wait for a signal again.
    expect(await countsOf(study)).toEqual({ complete: 1 });
  });

  test("what ran out of memory is retried with more of it, and nothing else is", async () => {
    const study = await submit("hungry", HUNGRY_STUDY);
    await study.untilEnded();
    expect(await countsOf(study)).toEqual({ complete: 1, failed: 1 });
    expect((await statusOf(study)).failures).toMatchObject([{ kind: "out-of-memory", trials: 1 }]);
    await study.demand("retry", "study.yaml");
    const script = join(study.layout.round("hungry", 2), "array-01.sbatch");
    expect(readFileSync(script, "utf8")).toMatch(/^#SBATCH --array=1-1%50\n[^]*--mem=400M$/m);
    await study.demand("submit", "study.yaml", "--no-canary");
    await study.untilEnded();
    expect(await countsOf(study)).toEqual({ complete: 2 });
    expect([...study.results(2, 1).values()]).toMatchObject([{ attempt: 2, params: { mib: 200 } }]);
  });

  test("elements that ended without a result are lost, and Slurm says of what", async () => {
    await lossy.untilEnded();
    await waitUntil("the files are not waited for any more", async () => {
      return (await countsOf(lossy))["lost"] === 3;
    });
    const { failures } = await statusOf(lossy);
    expect(failures.map(({ kind }) => kind).sort()).toEqual([
      "lost",
      "lost: out-of-memory",
      "lost: timeout",
    ]);
    const messages = failures.map(({ example }) => example.message).join("\n");
    expect(messages).toContain("OUT_OF_MEMORY");
    expect(messages).toContain("TIMEOUT");
  });
});

/** The trials take their runner with them: by the kernel, for its memory; by a signal; until Slurm's time limit. */
const LOSSY_STUDY = `
objective: { metric: score, direction: maximize }
trainer:
  command:
    - bash
    - -c
    - |
      case $1 in
        memory) echo 1000 > /proc/$PPID/oom_score_adj; node -e 'globalThis.kept = Buffer.alloc(400 << 20, 1)' ;;
        signal) kill -KILL $PPID ;;
        time) kill -STOP $PPID; sleep 1000 ;;
      esac
    - bash
    - "{{param:by}}"
  version: 1
space: { by: [memory, signal, time] }
resources: { memory: 200MB, walltime: 1m }
`;

/** One of two trials holds 200 MiB beside what Node itself needs. */
const HUNGRY_STUDY = `
objective: { metric: score, direction: maximize }
trainer:
  command:
    - node
    - -e
    - |
      const kept = Buffer.alloc(Number(process.argv[1]) << 20, 1);
      require("fs").writeFileSync(process.env.BSWEEP_RESULT, JSON.stringify({ metrics: { score: kept.length } }));
    - "{{param:mib}}"
  version: 1
space: { mib: [1, 200] }
resources: { memory: 200MB, maxMemory: 1GB }
`;

interface Status {
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly {
    readonly kind: string;
    readonly trials: number;
    readonly example: { readonly message: string };
  }[];
}

async function statusOf(study: SlurmStudy): Promise<Status> {
  return JSON.parse(await study.demand("status", "study.yaml", "--json")) as Status;
}

/** How many trials are in which state, of those that any is in. */
async function countsOf(study: SlurmStudy): Promise<Record<string, number>> {
  const { counts } = await statusOf(study);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const isRunning = ({ state }: QueueRow): boolean => state === "RUNNING";

const own =
  (study: string) =>
  ({ name }: QueueRow): boolean =>
    name.startsWith(`${study}-r`);
