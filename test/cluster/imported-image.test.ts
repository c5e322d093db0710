import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSuiteFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { openPodman } from "../support/podman/open.ts";
import { unpackImage } from "../support/podman/unpack-image.ts";
import { BUILD_MS, buildTrainerImage } from "../support/podman/trainer-image.ts";
import { runBsweep } from "../support/program.ts";
import { readResults } from "../support/rounds.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { PODMAN, requireHere, SLURM } from "../support/requirements.ts";
import { runProcess } from "../support/programs.ts";

const SITE = "scheduler: slurm\ncontainer: charliecloud\n";
const STUDY = (image: string): string => `
study: digits
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1, set: { denseUnits: 16 } }
space: { filters: [4, 8] }
cluster: { site: imported, image: "${image}" }
resources: { memory: 1GB, walltime: 5m }
`;

describe.runIf(requireHere([...PODMAN, ...SLURM, "ch-run"]))(
  "the image, imported once for a Slurm without a registry",
  () => {
    const folder = makeSuiteFolder();
    const workspace = join(folder, "workspace");
    const image = join(folder, "image");
    let slurm: Slurm;

    beforeAll(async () => {
      const podman = await openPodman();
      await unpackImage(podman, (await buildTrainerImage(podman)).name, image);
      // Charliecloud mounts onto folders that are there.
      mkdirSync(join(image, workspace), { recursive: true });
      mkdirSync(join(workspace, "sites"), { recursive: true });
      writeFileSync(join(workspace, "sites", "imported.yaml"), SITE);
      writeFileSync(join(workspace, "study.yaml"), STUDY(image));
      writeKaggleCsv(join(workspace, "train.csv"), { rows: 600 });
      slurm = await startSlurm();
    }, BUILD_MS);
    afterAll(() => slurm.stop());

    test("runs a study's trials through Charliecloud", async () => {
      for (const args of [
        ["prepare", "--csv", "train.csv", "--to", "data/digits"],
        ["generate", "study.yaml"],
      ]) {
        const done = runBsweep(workspace, ...args);
        expect([args, done.status, done.stderr]).toEqual([args, 0, expect.any(String)]);
      }
      const round = join(workspace, "jobs", "digits", "round-001");
      expect(readFileSync(join(round, "array-01.sbatch"), "utf8")).toContain("ch-run");
      const submitted = await runProcess("bash", [join(round, "submit.sh")], {
        cwd: workspace,
        env: { ...slurm.environment, USER: "root" },
      });
      expect([submitted.exitStatus, submitted.stderr]).toEqual([0, expect.any(String)]);
      await slurm.untilQueue(
        "both elements ended",
        (rows) =>
          rows.length > 0 &&
          rows.every(({ state }) => !["PENDING", "RUNNING", "COMPLETING"].includes(state)),
      );
      // The canary, which tries the first trial before the others start, and the others.
      const results = join(workspace, "results", "digits", "round-001");
      for (const [array, index] of [
        ["array-00", 1],
        ["array-01", 2],
      ] as const) {
        const found = readResults(join(results, array)).get(index);
        expect([array, found]).toEqual([array, expect.objectContaining({ state: "complete" })]);
      }
    });
  },
);
