import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { packageVersion } from "../../src/workspace/package.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { giveTo, randomUser, runContainer } from "../support/podman/container.ts";
import { openPodman, runPodman, type Podman } from "../support/podman/open.ts";
import { BUILD_MS, buildTrainerImage } from "../support/podman/trainer-image.ts";
import { runBsweep } from "../support/program.ts";
import { readResults } from "../support/rounds.ts";
import { PODMAN, requireHere } from "../support/requirements.ts";

const MOST_BYTES = 950e6;

/** Two short trials, and one that would take hours. */
const STUDY = (image: string): string => `
study: digits
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1, set: { denseUnits: 16 } }
space: { filters: [4, 8] }
cluster: { site: compute1, userGroup: compute-lab, image: "${image}" }
resources: { memory: 1GB, checkpoint: epoch }
`;

describe.runIf(requireHere(PODMAN))("the trainer's image", () => {
  const workspace = makeSuiteFolder();
  const user = randomUser();
  let podman: Podman;
  let image = "";

  beforeAll(async () => {
    podman = await openPodman();
    const built = await buildTrainerImage(podman);
    image = built.name;
    writeKaggleCsv(join(workspace, "train.csv"), { rows: 600 });
    writeFileSync(join(workspace, "study.yaml"), STUDY(image));
    giveTo(user, workspace);
  }, BUILD_MS);

  const inside = (command: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runContainer(podman, { image, workspace, user, env, memory: "1g" }, command);
  const shell = (script: string) => inside(["/bin/sh", "-c", script]);
  const inspect = async (format: string): Promise<string> =>
    (await runPodman(podman, ["image", "inspect", "--format", format, image])).trim();

  test("is small, and starts whatever it is told to", async () => {
    expect(Number(await inspect("{{.Size}}"))).toBeLessThan(MOST_BYTES);
    expect(await inspect("{{json .Config.Entrypoint}}")).toMatch(/^(?:null|\[\])$/);
    expect(await shell("exit 7")).toMatchObject({ exitStatus: 7 });
  });

  test("says what it was made from, in its labels and inside", async () => {
    const labels = JSON.parse(await inspect("{{json .Config.Labels}}")) as Record<string, string>;
    const provenance = JSON.parse((await shell("cat /opt/bsweep/image.json")).stdout) as unknown;
    const [version, revision] = [packageVersion(), labels["org.opencontainers.image.revision"]];
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
    expect(labels).toMatchObject({
      "org.opencontainers.image.version": version,
      "bsweep.tensorflow": expect.stringMatching(/^2\.\d+\.\d+$/) as string,
      "bsweep.device": "cpu",
    });
    const tensorflow = labels["bsweep.tensorflow"];
    expect(provenance).toMatchObject({ bsweep: version, revision, tensorflow, build: "cpu" });
  });

  test("holds nothing that is only for building, and nothing of this machine", async () => {
    const tools = "cc gcc g++ make python3 pip git curl";
    expect((await shell(`command -v ${tools}`)).stdout).toBe("");
    const left = await shell(
      "find /opt -name '*.map' -o -name '*.ts' -o -name '*.cc' -o -name include -o -name .npmrc -o -name '*.md' ! -iname 'licen*' -path '*/node_modules/*'",
    );
    expect(left.stdout).toBe("");
    const settings = await shell(
      "cat /etc/pip.conf /usr/local/etc/npmrc /etc/build-certificates.pem",
    );
    expect(settings.stdout).toBe("");
    const history = await runPodman(podman, [
      "history",
      "--no-trunc",
      "--format",
      "{{.CreatedBy}}",
      image,
    ]);
    expect(history).not.toMatch(/npmrc|token|certificates/i);
  });

  test("TensorFlow works for a user that nobody knows, with nothing to write and no network", async () => {
    expect((await shell("id; echo > /opt/x || echo > /x || ls $HOME")).exitStatus).not.toBe(0);
    const { exitStatus, stdout, stderr } = await inside(["bsweep", "runtime", "status"]);
    expect([exitStatus, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^works +yes$/m);
    expect(stdout).toMatch(/^TensorFlow +2\..*built for CPUs$/m);
  });

  describe("runs a study of the site compute1", () => {
    const jobs = join(workspace, "jobs", "digits", "round-001");
    const results = join(workspace, "results", "digits", "round-001", "array-01");
    // What LSF sets, and what comes along from a login node.
    const element = (index: number) =>
      inside(["/bin/bash", join(jobs, "array-01.bsub")], {
        ...{ LSB_JOBID: "17", LSB_JOBINDEX: String(index), TMPDIR: "/somewhere/else" },
        ...{ PATH: "/nowhere/bin", LD_LIBRARY_PATH: "/nowhere/lib", NODE_OPTIONS: "--nonsense" },
      });

    beforeAll(async () => {
      const prepared = await inside([
        "bsweep",
        "prepare",
        "--csv",
        "train.csv",
        "--to",
        "data/digits",
      ]);
      expect(prepared).toMatchObject({ exitStatus: 0 });
      const generated = runBsweep(workspace, "generate", "study.yaml");
      expect([generated.status, generated.status === 0 ? "" : generated.stderr]).toEqual([0, ""]);
      giveTo(user, workspace);
    });

    test("a trial through its job script", async () => {
      const { exitStatus, stderr } = await element(1);
      expect([exitStatus, stderr]).toEqual([0, ""]);
      expect(readResults(results).get(1)).toMatchObject({ state: "complete", failure: null });
    });

    test("bsweep prepare packs the same data set inside as outside", () => {
      mkdirSync(join(workspace, "outside"));
      const again = runBsweep(workspace, "prepare", "--csv", "train.csv", "--to", "outside/digits");
      expect(again.status).toBe(0);
      const header = (folder: string) =>
        readFileSync(join(workspace, folder, "digits/dataset.json"));
      expect(header("outside")).toEqual(header("data"));
    });
  });

  test("told to stop, an element leaves a checkpoint and asks to be run again", async () => {
    const study = STUDY(image).replace("digits\n", "long\n").replace("epochs: 1", "epochs: 100000");
    writeFileSync(join(workspace, "long.yaml"), study.replace("[4, 8]", "[4]"));
    expect(runBsweep(workspace, "generate", "long.yaml").status).toBe(0);
    giveTo(user, workspace);
    const name = `bsweep-test-${process.pid}`;
    const script = join(workspace, "jobs/long/round-001/array-01.bsub");
    const run = runContainer(
      podman,
      { image, workspace, user, name, env: { LSB_JOBID: "18", LSB_JOBINDEX: "1" } },
      ["/bin/bash", script],
    );
    const checkpoints = join(workspace, "results", "long", "checkpoints");
    while (!hasFiles(checkpoints)) await sleep(100);
    const asked = Date.now();
    await runPodman(podman, ["stop", "--time", "60", name]);
    const { exitStatus } = await run;
    expect(exitStatus).toBe(75);
    // Not by the kill that comes after the sixty seconds.
    expect(Date.now() - asked).toBeLessThan(50_000);
    expect(hasFiles(checkpoints)).toBe(true);
  });
});

function hasFiles(folder: string): boolean {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) =>
      entry.isFile(),
    );
  } catch {
    return false; // Not there yet.
  }
}
