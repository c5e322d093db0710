import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import { ACCOUNT } from "../support/slurm/options.ts";
import type { QueueRow } from "../support/slurm/queue.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import { behaviourStudy, gatedStudy, makeSlurmStudy } from "../support/slurm/study.ts";
import { waitUntil } from "../support/slurm/wait.ts";
import { ACCOUNTING, requireHere, SLURM } from "../support/requirements.ts";

describe.runIf(requireHere([...SLURM, ...ACCOUNTING]))("a study on a Slurm with accounts", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxSubmitJobs: 5, minJobAgeSeconds: 5 });
  });
  afterAll(() => slurm.stop());

  test("what Slurm has no room for is submitted in waves", async () => {
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      name: "waves",
      study: gatedStudy(11),
      cluster: [`userGroup: ${ACCOUNT}`],
      site: ["maxArraySize: 4"],
    });
    await study.demand("generate", "study.yaml");
    const first = await study.bsweep("submit", "study.yaml", "--no-canary");
    expect(first).toMatchObject({ exitStatus: 75 });
    expect(first.stdout).toContain("Slurm takes no more for now");
    expect(Object.keys(study.jobs(1))).toEqual(["array-01"]);
    // Nothing has ended: there is still no room.
    expect(await study.bsweep("submit", "study.yaml", "--no-canary")).toMatchObject({
      exitStatus: 75,
    });
    expect(Object.keys(study.jobs(1))).toEqual(["array-01"]);

    study.openGate();
    await study.untilEnded();
    expect(await study.bsweep("submit", "study.yaml", "--no-canary")).toMatchObject({
      exitStatus: 75,
    });
    expect(Object.keys(study.jobs(1)).sort()).toEqual(["array-01", "array-02"]);
    await study.untilEnded();
    expect(await study.bsweep("submit", "study.yaml", "--no-canary")).toMatchObject({
      exitStatus: 0,
    });
    await study.untilEnded();
    expect(await study.demand("collect", "study.yaml")).toContain("11 new results (11 complete");
  });

  test("an account that does not exist is Slurm's refusal, in its own words", async () => {
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      name: "nobody",
      study: behaviourStudy(["good"]),
      cluster: ["userGroup: nobody"],
    });
    await study.demand("generate", "study.yaml");
    const refused = await study.bsweep("submit", "study.yaml");
    expect(refused).toMatchObject({ exitStatus: 4 });
    expect(refused.stderr).toContain("Invalid account or account/partition combination specified");
    expect(study.jobs(1)).toEqual({});
  });
  test("a job whose id was lost, and that Slurm has forgotten, is found by its accounts", async () => {
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      name: "lost",
      study: behaviourStudy(["good", "plain"]),
    });
    await study.demand("generate", "study.yaml");
    await study.submitAndDie(1);
    await study.untilEnded();
    await slurm.untilQueue("Slurm has forgotten", (rows) =>
      rows.every(({ name }) => !name.startsWith("lost-r")),
    );
    expect(study.jobs(1)).toEqual({});
    const again = await study.bsweep("submit", "study.yaml", "--no-canary", "--break-lock");
    expect(again).toMatchObject({ exitStatus: 0 });
    expect(again.stdout).toMatch(/array-01: found as job \d+/);
    expect(await slurm.queue()).toEqual([]);
    expect(await study.demand("collect", "study.yaml")).toContain("2 new results (2 complete");
  });

  test("an element lost with its node and forgotten by Slurm: its accounts tell what became of it", async () => {
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      name: "once",
      study: gatedStudy(1),
      cluster: [`schedulerOptions: ["--no-requeue"]`],
    });
    await study.demand("submit", "study.yaml", "--no-canary");
    const own = (rows: readonly QueueRow[]) => rows.filter(({ name }) => name.startsWith("once-r"));
    const [row] = own(
      await slurm.untilQueue("it runs", (rows) => own(rows)[0]?.state === "RUNNING"),
    );
    const node = row?.node ?? "";
    await slurm.killNode(node);
    await slurm.untilQueue("Slurm has forgotten", (rows) => own(rows).length === 0);
    let status = "";
    await waitUntil("it is lost", async () => {
      status = await study.demand("status", "study.yaml");
      return status.includes("1 lost");
    });
    expect(status).toContain("NODE_FAIL");
    expect(status).toContain(node);
    await slurm.startNode(node);
  });

  test("what is cancelled before it starts is told so at once; a controller that is down is no refusal", async () => {
    const study = makeSlurmStudy(slurm, makeTestFolder(), {
      name: "ended",
      study: gatedStudy(4),
      cluster: ["concurrencyLimit: 1", "notify: me@example.org"],
    });
    await study.demand("submit", "study.yaml", "--no-canary");
    const own = (rows: readonly QueueRow[]) =>
      rows.filter(({ name }) => name.startsWith("ended-r"));
    await slurm.untilQueue("one runs", (rows) =>
      own(rows).some(({ state }) => state === "RUNNING"),
    );
    expect(await study.demand("cancel", "study.yaml", "--waiting", "--yes")).toContain(
      "3 elements ended",
    );
    expect(await study.demand("status", "study.yaml")).toContain("1 running, 3 cancelled");
    await slurm.stopController();
    const unasked = await study.demand("status", "study.yaml");
    expect(unasked).toContain("Slurm does not answer, squeue: ");
    expect(unasked).not.toContain("bug");
    const steered = await study.bsweep("cancel", "study.yaml", "--yes");
    expect(steered).toMatchObject({ exitStatus: 4 });
    expect(steered.stderr).toContain("[SCHEDULER_DOWN]");
    await slurm.startController();

    study.openGate();
    await slurm.untilQueue("the job that mails has told", (rows) =>
      rows.some(({ name }) =>
        name.startsWith(
          "ended, round 1: 1 of 4 trials complete, 3 without a result, best: trial 1, score 1",
        ),
      ),
    );
    expect(await study.demand("status", "study.yaml")).toContain("1 complete, 3 cancelled");
  });
});
