import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseResult } from "../../src/formats/result-file.ts";
import { tensorFlowEnvironment } from "../../src/trainer/runtime/load.ts";
import { packageRoot } from "../../src/workspace/package.ts";
import { lowerQuartile, printFigure } from "./figure.ts";
import { interleave, runProcess } from "./process.ts";
import { makeSmallWorkspace, runBsweep } from "./small-workspace.ts";

const ROUNDS = 21;

/** 90 training rows in a batch of 90: one epoch is one step. */
const STUDY = `
study: startup
objective: { metric: holdoutAccuracy, direction: maximize }
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1, set: { batchSize: 128, validationSplit: 0 } }
space: { filters: [32] }
sampler: { kind: grid, seed: 1 }
replicates: ${ROUNDS + 1}
cluster: { site: local, concurrencyLimit: 1 }
resources: { cpus: 1, memory: 4GB, walltime: 30m }
`;

/**
 * Whole processes: an element that trains one step (runner and trainer, from start to the result renamed
 * into place, evaluation included), beside a Node that does nothing but load tfjs-node.
 */
export async function benchStartup(folder: string): Promise<void> {
  const workspace = await makeSmallWorkspace(folder, 100);
  const study = join(folder, "startup.yaml");
  writeFileSync(study, STUDY);
  await runBsweep(workspace, "generate", study);
  const manifest = join(workspace, "jobs", "startup", "round-001", "array-01.trials.jsonl");
  let index = 0;
  const trial = (): Promise<number> =>
    runBsweep(workspace, "trial", "--manifest", manifest, "--index", String(++index));
  const load = (): Promise<number> =>
    runProcess(process.execPath, ["--eval", 'require("@tensorflow/tfjs-node")'], {
      cwd: packageRoot(),
      env: tensorFlowEnvironment(1),
    });
  await interleave({ trial, load }, 1);
  const seconds = await interleave({ trial, load }, ROUNDS);
  requireComplete(join(workspace, "results", "startup", "round-001", "array-01"));
  const [value, baseline] = [lowerQuartile(seconds.trial), lowerQuartile(seconds.load)];
  printFigure({ name: "startup.trial.import", value, unit: "s", baseline });
}

/** A trial that fails leaves a result too, and fast. */
function requireComplete(folder: string): void {
  for (const name of readdirSync(folder)) {
    const { state, failure } = parseResult(readFileSync(join(folder, name), "utf8"), name);
    if (state !== "complete") throw new Error(`${name}: ${failure?.message ?? state}`);
  }
}
