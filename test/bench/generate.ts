import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { median, printFigure, tell } from "./figure.ts";
import { preparePython } from "./peers/python-environment.ts";
import { interleave, runProcess } from "./process.ts";
import { makeSmallWorkspace, runBsweep } from "./small-workspace.ts";

const SUBMITIT = join(import.meta.dirname, "peers", "submitit_generate.py");

/**
 * `bsweep generate` as a whole process, beside submitit's writing as many trials for Slurm, its process
 * as a whole too. Neither submits: submitit finds a script as `sbatch` that only answers with a new job id.
 */
export async function benchGenerate(folder: string): Promise<void> {
  const python = await preparePython();
  const workspace = await makeSmallWorkspace(folder, 1000);
  const path = [standInForSlurm(folder), process.env["PATH"]].join(delimiter);
  const wide = join(packagedTemplates(), "study", "digits-wide.yaml");
  const many = join(folder, "many.yaml");
  writeFileSync(many, manyRandomTrials(100_000));
  const compare = async (trials: number, study: string, rounds: number): Promise<void> => {
    const written = join(folder, "submitit");
    const seconds = await interleave(
      {
        bsweep: async () => {
          rmSync(join(workspace, "jobs"), { recursive: true, force: true });
          await settleDisk();
          return runBsweep(workspace, "generate", study);
        },
        submitit: async () => {
          rmSync(written, { recursive: true, force: true });
          await settleDisk();
          return runProcess(python, [SUBMITIT, written, String(trials)], { env: { PATH: path } });
        },
      },
      rounds,
    );
    const [value, baseline] = [median(seconds.bsweep), median(seconds.submitit)];
    printFigure({ name: `generate.${trials}.submitit`, value, unit: "s", baseline });
  };
  tell("generate: 13,824 trials, then 100,000");
  await compare(13_824, wide, 5);
  await compare(100_000, many, 1);
}

/** What one wrote to the disk late is not to hold up the other, who waits for what it wrote. */
async function settleDisk(): Promise<void> {
  await runProcess("sync", []);
}

/** A folder with an `sbatch`, and an `srun` because submitit looks whether there is one. */
function standInForSlurm(parent: string): string {
  const folder = join(parent, "bin");
  mkdirSync(folder);
  for (const name of ["sbatch", "srun"])
    writeFileSync(join(folder, name), "#!/bin/sh\necho Submitted batch job $$\n", { mode: 0o755 });
  return folder;
}

/** The packaged random study with another number of trials. */
function manyRandomTrials(trials: number): string {
  const random = readFileSync(join(packagedTemplates(), "study", "digits-random.yaml"), "utf8");
  return random
    .replace(/^study: .*$/m, "study: many")
    .replace(/\btrials: \d+/, `trials: ${trials}`);
}
