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
import { waitUntil } from "../support/slurm/wait.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

describe.runIf(requireHere(SLURM))("a study on a Slurm with faults", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 5, minJobAgeSeconds: 5 });
  });
  afterAll(() => slurm.stop());

  const make = async (name: string, study: string, ...cluster: string[]): Promise<SlurmStudy> => {
    const site = ["maxArraySize: 4"];
    const made = makeSlurmStudy(slurm, makeTestFolder(), { name, study, cluster, site });
    await made.demand("generate", "study.yaml");
    return made;
  };
  const hostsOf = (study: SlurmStudy) =>
    [...study.results(1, 1).values()].map(({ element }) => element.host);

  test("a drained node ends what it has and gets nothing new", async () => {
    const study = await make("drained", gatedStudy(4), "concurrencyLimit: 2");
    await study.submit(1, "--no-canary");
    const [node = ""] = await runningNodes(slurm, "drained", 2);
    await slurm.drain(node);
    expect(await countsOf(study)).toMatchObject({ running: 2, waiting: 2, complete: 0 });
    study.openGate();
    await study.untilEnded();
    expect(await countsOf(study)).toMatchObject({ running: 0, waiting: 0, complete: 4 });
    await slurm.undrain(node);
    expect(study.results(1, 1).size).toBe(4);
    const hosts = hostsOf(study);
    expect(hosts).toContain(node);
    // Elements 3 and 4 started when it was drained already.
    expect([3, 4].map((number) => study.results(1, 1).get(number)?.element.host)).not.toContain(
      node,
    );
  });

  test("elements of a lost node are run again on another", async () => {
    const study = await make("lost", gatedStudy(2));
    await study.submit(1, "--no-canary");
    const [node = ""] = await runningNodes(slurm, "lost", 2);
    const log = join(study.layout.round("lost", 1), "logs/array-01/1.log");
    await waitUntil(
      "its log has begun",
      () => existsSync(log) && readFileSync(log, "utf8").startsWith("== job"),
    );
    await slurm.killNode(node);
    await slurm.untilQueue("they run elsewhere", (rows) => {
      const running = rows.filter(
        ({ name, state }) => name.startsWith("lost-") && state === "RUNNING",
      );
      return running.length === 2 && running.every((row) => row.node !== node);
    });
    study.openGate();
    await study.untilEnded();
    await slurm.startNode(node);
    expect(study.results(1, 1).size).toBe(2);
    expect(hostsOf(study)).not.toContain(node);
    // Both starts of an element are in its log.
    expect(readFileSync(log, "utf8").match(/^== job/gm)).toHaveLength(2);
  });

  test("an element that is requeued leaves a checkpoint and goes on from it", async () => {
    const study = await make("requeued", behaviourStudy(["75-on-term"]));
    await study.submit(1, "--no-canary");
    const log = join(study.layout.round("requeued", 1), "logs/array-01/1.log");
    await slurm.untilQueue(
      "it waits for the signal",
      () => existsSync(log) && readFileSync(log, "utf8").includes("waiting for a signal"),
    );
    const job = study.jobs(1)["array-01"] ?? "";
    expect(await slurm.run("scontrol", "requeue", `${job}_1`)).toMatchObject({ exitStatus: 0 });
    await study.untilEnded();
    expect(readFileSync(log, "utf8")).toContain("stopped, to be run again");
    expect(study.results(1, 1).get(1)?.state).toBe("complete");
  });

  test("a parallel job that is requeued leaves the checkpoints of its tasks and goes on from them", async () => {
    const study = await make(
      "parallel",
      behaviourStudy(["75-on-term", "good", "plain"]),
      "pool: { slots: 2, walltime: 1h }",
    );
    await study.submit(1, "--no-canary");
    const log = join(study.layout.round("parallel", 1), "logs/array-01/1.log");
    await slurm.untilQueue(
      "it waits for the signal",
      () => existsSync(log) && readFileSync(log, "utf8").includes("waiting for a signal"),
    );
    await slurm.run("scontrol", "requeue", study.jobs(1)["array-01"] ?? "");
    const rows = await study.untilEnded();
    expect(rows).toMatchObject([{ state: "COMPLETED" }]);
    expect(readFileSync(log, "utf8")).toContain("stopped, to be run again");
    expect(study.results(1, 1).size).toBe(3);
  });

  test("jobs that Slurm has forgotten: the files decide, and the study can grow", async () => {
    const study = await make("forgotten", behaviourStudy(["good", "exit-3"]));
    await study.submit(1);
    await study.untilEnded();
    await slurm.untilQueue("Slurm has forgotten", (rows) => !rows.some(own("forgotten")));
    expect(await countsOf(study)).toMatchObject({ complete: 1, failed: 1, missing: 0, unknown: 0 });
    expect(await study.submit(1)).toMatchObject({ exitStatus: 0 });
    expect((await slurm.queue()).some(own("forgotten"))).toBe(false);

    study.write(behaviourStudy(["good", "exit-3", "plain"]));
    await study.demand("generate", "study.yaml");
    expect(await study.submit(2)).toMatchObject({ exitStatus: 0 });
    await study.untilEnded();
    expect(await study.demand("collect", "study.yaml")).toContain("1 new result (1 complete");
  });
});

const own =
  (study: string) =>
  ({ name }: QueueRow): boolean =>
    name.startsWith(`${study}-r`);

/** Waits until so many elements of a study run; tells where, each node once. */
async function runningNodes(slurm: Slurm, study: string, elements: number): Promise<string[]> {
  const running = (rows: readonly QueueRow[]) =>
    rows.filter(own(study)).filter(({ state }) => state === "RUNNING");
  const rows = await slurm.untilQueue(
    `${elements} elements of ${study} run`,
    (all) => running(all).length === elements,
  );
  return [...new Set(running(rows).map(({ node }) => node))];
}

/** How many trials are in which state, as `bsweep status` tells it. */
async function countsOf(study: SlurmStudy): Promise<Record<string, number>> {
  const status = JSON.parse(await study.demand("status", "study.yaml", "--json")) as {
    counts: Record<string, number>;
  };
  return status.counts;
}
