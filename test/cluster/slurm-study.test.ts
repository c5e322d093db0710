import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import {
  behaviourStudy,
  gatedStudy,
  makeSlurmStudy,
  type SlurmStudyOptions,
} from "../support/slurm/study.ts";
import { expectRepeatable, readChoices } from "../support/search-choices.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

describe.runIf(requireHere(SLURM))("a study on Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    // An array's largest index is 4.
    slurm = await startSlurm({ maxArraySize: 5 });
  });
  afterAll(() => slurm.stop());

  const make = (options: SlurmStudyOptions) =>
    makeSlurmStudy(slurm, makeTestFolder(), {
      ...options,
      site: ["maxArraySize: 4", ...(options.site ?? [])],
    });

  test("real digits, from a CSV over arrays of the size that Slurm takes to the best parameters", async () => {
    const study = make({
      name: "digits",
      study: `
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: 1, set: { blocks: 1, denseUnits: 8 } }
space: { filters: [2, 4], learningRate: [0.001, 0.01, 0.05] }
resources: { memory: 1GB, walltime: 5m }
`,
    });
    writeKaggleCsv(join(study.layout.workspace, "train.csv"), { rows: 600 });
    await study.demand("prepare", "--csv", "train.csv", "--to", "data/digits");
    await study.demand("generate", "study.yaml");
    const submitted = await study.submit(1);
    expect(submitted).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(Object.keys(study.jobs(1)).sort()).toEqual(["array-00", "array-01", "array-02"]);

    const rows = await study.untilEnded();
    expect(rows.map(({ state }) => state)).toEqual(Array(1 + 4 + 2).fill("COMPLETED"));
    expect(await study.demand("collect", "study.yaml")).toContain("6 complete");
    const report = JSON.parse(await study.demand("report", "study.yaml", "--format", "json")) as {
      ranking: unknown[];
    };
    expect(report.ranking).toHaveLength(6);
    expect(await study.demand("best", "study.yaml")).toContain("best of 6 complete trials");
  });

  test("a search: elements choose, learn from one another, stop early, and are trained to their end once promoted", async () => {
    const study = make({
      name: "s",
      study: `
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: 4, set: { blocks: 1, denseUnits: 8, filters: 2 } }
space: { learningRate: { low: 0.00001, high: 0.1, log: true }, dropout: [0, 0.2, 0.5] }
sampler: { kind: gp, trials: 10, seed: 1 }
pruner: { kind: successive-halving, minResource: 2, keepCheckpoints: true }
resources: { memory: 1GB, walltime: 5m, checkpoint: epoch }
`,
    });
    writeKaggleCsv(join(study.layout.workspace, "train.csv"), { rows: 400 });
    await study.demand("prepare", "--csv", "train.csv", "--to", "data/digits");
    await study.demand("generate", "study.yaml");
    expect((await study.submit(1)).exitStatus).toBe(0);
    await study.untilEnded();
    const choices = readChoices(study);
    expectRepeatable(study);
    expect(new Set(choices.map(({ params }) => JSON.stringify(params))).size).toBe(10);
    const counts = async (): Promise<Record<string, number>> =>
      (
        JSON.parse(await study.demand("status", "study.yaml", "--json")) as {
          counts: Record<string, number>;
        }
      ).counts;
    const before = await counts();
    expect((before["complete"] ?? 0) + (before["pruned"] ?? 0)).toBe(10);
    expect(before["pruned"]).toBeGreaterThan(0);
    await study.demand("promote", "study.yaml", "--top", "1");
    expect((await study.submit(2)).exitStatus).toBe(0);
    await study.untilEnded();
    expect((await counts())["pruned"]).toBe((before["pruned"] ?? 0) - 1);
  });

  test("each failure is told for what it is, and an element that asks for it is run again", async () => {
    const behaviours = ["good", "exit-3", "sleep", "75-once", "memory", "diverged", "segfault"];
    const study = make({
      name: "failures",
      study: behaviourStudy(behaviours, "memory: 200MB, walltime: 20s"),
    });
    await study.demand("generate", "study.yaml");
    expect((await study.submit(1, "--no-canary")).exitStatus).toBe(0);
    const rows = await study.untilEnded();
    const results = new Map([...study.results(1, 1), ...study.results(1, 2)]);
    expect([...results].map(([number, { failure }]) => [number, failure?.kind ?? "none"])).toEqual(
      expect.arrayContaining([
        [1, "none"],
        [2, "error"],
        [3, "timeout"],
        [4, "none"],
        [5, "out-of-memory"],
        [6, "diverged"],
        [7, "signal"],
      ]),
    );
    // The kernel's kill is Slurm's to tell too; all others ended in order, once their result was written.
    const states = rows.map(({ id, state }) => [id.split("_")[1], state]);
    expect(states.filter(([, state]) => state !== "COMPLETED")).toEqual([["1", "OUT_OF_MEMORY"]]);
    expect(results.get(4)?.element).toMatchObject({
      index: 4,
      host: expect.stringMatching(/^n\d+$/) as string,
    });
    expect(await study.demand("collect", "study.yaml")).toContain(
      "7 new results (2 complete, 5 failed)",
    );
  });

  test("the limit holds over all arrays together", async () => {
    const study = make({
      name: "limit",
      study: `
objective: { metric: score, direction: maximize }
trainer:
  command: [bash, -c, 'echo + >> spans; sleep 1; echo - >> spans; echo "{\\"metrics\\":{\\"score\\":1}}" > "$BSWEEP_RESULT"']
  version: 1
space: { x: [1, 2, 3, 4, 5, 6, 7, 8] }
resources: { memory: 100MB }
`,
      cluster: ["concurrencyLimit: 3"],
    });
    await study.demand("generate", "study.yaml");
    expect((await study.submit(1)).exitStatus).toBe(0);
    await study.untilEnded();
    const spans = readFileSync(join(study.layout.workspace, "spans"), "utf8").trim().split("\n");
    let running = 0;
    const counts = spans.map((mark) => (running += mark === "+" ? 1 : -1));
    expect(spans).toHaveLength(2 * 8);
    expect(Math.max(...counts)).toBe(3);
  });

  test("a canary that fails takes the others with it, and says where to look", async () => {
    const study = make({ name: "canary", study: behaviourStudy(["exit-3", "good", "plain"]) });
    await study.demand("generate", "study.yaml");
    expect((await study.submit(1)).exitStatus).toBe(0);
    const rows = await study.untilEnded();
    const { "array-00": canary = "", "array-01": others = "" } = study.jobs(1);
    const stateOf = (job: string) =>
      new Set(rows.filter(({ id }) => id.startsWith(`${job}_`)).map(({ state }) => state));
    expect(stateOf(canary)).toEqual(new Set(["FAILED"]));
    expect(stateOf(others)).toEqual(new Set(["CANCELLED"]));
    expect(study.results(1, 0).get(1)?.failure?.kind).toBe("error");
    expect(study.results(1, 1).size).toBe(0);
  });

  test("a job that Slurm refused and remembers is not taken for one that was submitted", async () => {
    const study = make({
      name: "refused",
      study: behaviourStudy(["good"], "memory: 900GB"),
    });
    await study.demand("generate", "study.yaml");
    const refused = await study.submit(1, "--no-canary");
    expect(refused.exitStatus).toBe(4);
    expect(refused.stderr).toContain("Requested node configuration is not available");
    expect((await slurm.queue()).filter(({ name }) => name.startsWith("refused-"))).toMatchObject([
      { state: "FAILED", reason: "BadConstraints" },
    ]);
    // As after a kill between the intent and the question.
    const submitted = join(study.layout.round("refused", 1), "submitted");
    writeFileSync(join(submitted, "array-01.intent"), "");
    expect((await study.submit(1, "--no-canary")).exitStatus).toBe(4);
    expect(existsSync(join(submitted, "array-01.job"))).toBe(false);
  });

  test("a controller that is away for a while costs nothing and doubles nothing", async () => {
    const study = make({ name: "away", study: behaviourStudy(["good", "plain"]) });
    await study.demand("generate", "study.yaml");
    await slurm.stopController();
    const first = await study.submit(1);
    expect(first.exitStatus).toBe(4);
    expect(first.stderr).toContain("Unable to contact slurm controller");
    await slurm.startController();
    expect(await study.submit(1)).toMatchObject({ exitStatus: 0 });
    const rows = await study.untilEnded();
    expect(rows.map(({ state }) => state)).toEqual(Array(3).fill("COMPLETED"));
    expect(study.results(1, 1).size + study.results(1, 0).size).toBe(2);
  });

  test("a submit.sh killed with a job's id in its hands finds the job again", async () => {
    const study = make({ name: "killed", study: gatedStudy(2) });
    await study.demand("generate", "study.yaml");
    await study.submitAndDie(1);
    expect(study.jobs(1)).toEqual({});
    expect((await study.submit(1, "--no-canary")).exitStatus).toBe(6);
    const again = await study.submit(1, "--no-canary", "--break-lock");
    expect(again).toMatchObject({ exitStatus: 0 });
    expect(again.stdout).toMatch(/array-01: found as job \d+/);
    const ids = (await slurm.queue())
      .filter(({ name }) => name.startsWith("killed-"))
      .map(({ id }) => id.split("_")[0]);
    expect(ids).toEqual(Array(2).fill(study.jobs(1)["array-01"]));
    study.openGate();
    await study.untilEnded();
  });
});
