import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import type { QueueRow } from "../support/slurm/queue.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import {
  behaviourStudy,
  gatedStudy,
  makeSlurmStudy,
  type SlurmStudy,
} from "../support/slurm/study.ts";
import { requireForCluster, SLURM } from "./requirements.ts";

describe.runIf(requireForCluster(SLURM))("steering a study on Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 5 });
  });
  afterAll(() => slurm.stop());

  const submit = async (name: string, study: string, ...cluster: string[]): Promise<SlurmStudy> => {
    const site = ["maxArraySize: 4"];
    const made = makeSlurmStudy(slurm, makeTestFolder(), { name, study, cluster, site });
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
    const study = await submit("throttled", gatedStudy(8), "concurrencyLimit: 1");
    await untilRunning("throttled", 1);
    await study.demand("throttle", "study.yaml", "3");
    await untilRunning("throttled", 3);
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
    expect(study.results(1, 1).size + study.results(1, 2).size).toBe(8);
  });

  test("pause lets what runs end and nothing else start, until resume", async () => {
    const study = await submit("paused", gatedStudy(3), "concurrencyLimit: 1");
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
    await study.demand("resume", "study.yaml");
    await study.untilEnded();
    expect(study.results(1, 1).size).toBe(3);
  });

  test("cancel ends a trial, an array, a study, and nothing of anybody else's", async () => {
    const other = await submit("cancelled-not", gatedStudy(1));
    const study = await submit("cancelled", gatedStudy(8), "concurrencyLimit: 3");
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

  test("a cancelled element leaves its checkpoint and does not come back", async () => {
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
  });
});

const isRunning = ({ state }: QueueRow): boolean => state === "RUNNING";

const own =
  (study: string) =>
  ({ name }: QueueRow): boolean =>
    name.startsWith(`${study}-r`);
