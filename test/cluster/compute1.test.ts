import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runBsweep, type ProcessEnd } from "../support/bsweep-process.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { startLsf, type Lsf } from "../support/lsf/lsf.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { giveTo, randomUser } from "../support/podman/container.ts";
import { openPodman } from "../support/podman/open.ts";
import { buildTrainerImage } from "../support/podman/trainer-image.ts";
import { readResults } from "../support/rounds.ts";
import { PODMAN, requireHere } from "../support/requirements.ts";

const STUDY = (image: string): string => `
study: digits
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 2, set: { denseUnits: 16, batchSize: 32 } }
space: { filters: [4, 8], dropout: [0.1, 0.3] }
cluster: { site: compute1, userGroup: compute-lab, image: "${image}", concurrencyLimit: 2, notify: me@example.org }
resources: { memory: 1GB, walltime: 10m }
`;

/** compute1 as its documentation describes it: LSF emulated, its Docker wrapper's containers real. */
describe.runIf(requireHere(PODMAN))("a sweep's whole life on compute1", () => {
  const workspace = makeSuiteFolder();
  const user = randomUser();
  let lsf: Lsf;

  beforeAll(async () => {
    const podman = await openPodman();
    const { name } = await buildTrainerImage(podman);
    lsf = await startLsf({
      mode: "podman",
      podman: {
        command: podman.command,
        environment: podman.environment,
        userId: user,
        groupId: user,
      },
    });
    writeKaggleCsv(join(workspace, "train.csv"), { rows: 600 });
    writeFileSync(join(workspace, "study.yaml"), STUDY(name));
    giveTo(user, workspace);
  });
  afterAll(() => lsf.stop());

  /** The login node's side; what it makes is the containers' user's too, who here has another number. */
  const bsweep = (...args: readonly string[]): Promise<ProcessEnd> =>
    runBsweep([...args, "--workspace", workspace], {
      shellSetup: `umask 0; cd '${workspace}'`,
      env: { PATH: lsf.environment()["PATH"] ?? "", PWD: workspace },
    });

  test("from a CSV to a ranking, through the canary, arrays and the mail at the end", async () => {
    expect((await bsweep("prepare", "--csv", "train.csv", "--to", "data/digits")).exitStatus).toBe(
      0,
    );
    const submitted = await bsweep("submit", "study.yaml");
    expect(submitted.stderr).not.toContain("error");
    expect(submitted.exitStatus).toBe(0);
    const waited = await bsweep("wait", "study.yaml");
    expect(waited.stderr).not.toContain("error");
    expect(waited.exitStatus).toBe(0);
    await lsf.untilEnded();
    const results = join(workspace, "results", "digits", "round-001");
    expect(readResults(join(results, "array-00"))).toHaveLength(1);
    expect(readResults(join(results, "array-01"))).toHaveLength(3);
    const report = await bsweep("report", "study.yaml");
    expect(report.stdout).toContain("4 planned, 4 complete, 0 failed");
    const mails = await lsf.mails();
    expect(mails.map(({ to }) => to)).toEqual(["me@example.org"]);
  });

  test("elements saw the workspace alone, and wrote their logs while they ran", () => {
    const logs = join(workspace, "jobs", "digits", "round-001", "logs", "array-01");
    const own = readdirSync(logs).filter((name) => /^\d+\.log$/.test(name));
    expect(own).toHaveLength(4);
    const text = readFileSync(join(logs, own[1] ?? ""), "utf8");
    expect(text).toMatch(/^== job \d+, element \d+, on \S+, \d{4}-/);
    expect(text).toMatch(/trial \d: complete, holdoutAccuracy 0\.\d+/);
    const [told = ""] = readdirSync(logs).filter((name) => name.endsWith(".out"));
    expect(readFileSync(join(logs, told), "utf8")).toContain("Successfully completed.");
  });

  test("smoke: an array and a pool, inside the image, find nothing wrong with the site", async () => {
    const smoke = await bsweep("smoke", "study.yaml", "--wait", "--json");
    expect(smoke.exitStatus).toBe(0);
    const report = JSON.parse(smoke.stdout) as {
      readonly complete: boolean;
      readonly findings: readonly { readonly level: string; readonly what: string }[];
    };
    expect(report.complete).toBe(true);
    expect(report.findings.filter(({ level }) => level !== "note")).toEqual([]);
    expect(report.findings.map(({ what }) => what).join("\n")).toContain(`uid ${user}`);
  });

  test("a trial that does not fit its memory fails as that, and is tried with more", async () => {
    const study = readFileSync(join(workspace, "study.yaml"), "utf8")
      .replace("study: digits", "study: greedy")
      .replace("memory: 1GB", "memory: 250MB")
      .replace("epochs: 2", "epochs: 1")
      .replace("batchSize: 32", "batchSize: 256")
      .replace("filters: [4, 8], dropout: [0.1, 0.3]", "filters: [128]");
    writeFileSync(join(workspace, "greedy.yaml"), study);
    expect((await bsweep("submit", "greedy.yaml")).exitStatus).toBe(0);
    await lsf.untilEnded();
    const status = JSON.parse((await bsweep("status", "greedy.yaml", "--json")).stdout) as object;
    expect(JSON.stringify(status)).toMatch(/out-of-memory/);
    const retried = await bsweep("retry", "greedy.yaml", "--memory", "2GB");
    expect(retried.exitStatus).toBe(0);
    expect((await bsweep("submit", "greedy.yaml")).exitStatus).toBe(0);
    await lsf.untilEnded();
    expect((await bsweep("report", "greedy.yaml")).stdout).toContain("1 complete, 0 failed");
  });
});
