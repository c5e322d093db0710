import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, complaintOf } from "../core/errors.ts";
import type { Round, RoundDataset } from "../formats/round-file.ts";
import type { CommandRequest, RequestedData } from "../formats/trainer-request.ts";
import type { Trial } from "../core/trial.ts";
import type { Layout } from "../workspace/layout.ts";
import { WEIGHTS_FILE } from "../workspace/models.ts";
import { readHoldout } from "./holdout-rows.ts";

/** Names in the scratch folder; a program that runs there may have files of its own. */
export const REQUEST_FILE = "bsweep-request.json";
export const PARAMETERS_FILE = "bsweep-params.json";
export const HOLDOUT_FILE = "bsweep-holdout.json";
export const ROWS_FILE = "bsweep-rows.json";
/** Where a command may leave probabilities: raw float32 [rows held out, classes], little-endian. */
export const PROBABILITIES_FILE = "bsweep-probabilities.bin";
/** Appears when the trial is to be stopped early. */
export const PRUNE_FILE = "bsweep-prune";
const REPORT_FILE = "bsweep-result.json";

export interface RequestContext {
  readonly round: Round;
  readonly layout: Layout;
  /** Undefined: checkpoints are neither written nor read. */
  readonly checkpointFolder: string | undefined;
  /** Where a trainer leaves what may be kept beside the result; undefined: nothing is kept. */
  readonly artifactFolder: string | undefined;
  /** Seconds until the trial has to be over. */
  readonly secondsLeft: number;
}

/**
 * Writes what a trainer is handed: the request; for a command also the parameters alone, the rows held out and those to
 * train on, which its language could not find out easily.
 * @throws BsweepError INVALID_DATA when a command's data set is not the one of the plan; WORKSPACE
 */
export function writeRequest(
  trial: Trial,
  context: RequestContext,
  scratchFolder: string,
): CommandRequest {
  const { round, layout } = context;
  const request = createRequest(trial, context, scratchFolder);
  const write = (name: string, value: unknown): void => {
    const file = join(scratchFolder, name);
    // Nobody else looks here, and it is gone when this process is: no need to wait for a disk.
    const problem = complaintOf(() => writeFileSync(file, JSON.stringify(value)));
    if (problem !== undefined)
      throw new BsweepError("WORKSPACE", `cannot write ${file}: ${problem}`);
  };
  if (round.trainer.kind === "command") {
    write(PARAMETERS_FILE, trial.params);
    if (round.dataset !== null) {
      const { rows, trainingRows } = readHoldout(round.dataset, layout);
      write(HOLDOUT_FILE, rows);
      write(ROWS_FILE, trainingRows);
    }
  }
  write(REQUEST_FILE, request);
  return request;
}

function createRequest(
  trial: Trial,
  { round, layout, checkpointFolder, artifactFolder, secondsLeft }: RequestContext,
  scratchFolder: string,
): CommandRequest {
  const { trialId, params, resource, seed } = trial;
  const { checkpointSeconds, cpus } = round.limits;
  const saves = checkpointFolder !== undefined && checkpointSeconds !== null;
  return {
    ...{ schemaVersion: 1, trialId, params, resource, seed },
    threads: cpus,
    precision: round.trainer.kind === "cnn" ? round.trainer.precision : "float32",
    dataset: round.dataset === null ? null : resolveData(round.dataset, layout),
    checkpoint: saves ? { folder: checkpointFolder, seconds: checkpointSeconds } : null,
    endsAt: saves ? new Date(Date.now() + secondsLeft * 1000).toISOString() : null,
    keep:
      round.trainer.kind === "cnn" && artifactFolder !== undefined
        ? { weightsFile: join(artifactFolder, WEIGHTS_FILE), test: null }
        : null,
    memoryMiB: round.limits.memoryMiB,
    gpus: round.cluster?.gpu?.count ?? 0,
    reportFile: join(scratchFolder, REPORT_FILE),
    scratchFolder,
  };
}

function resolveData(dataset: RoundDataset, layout: Layout): RequestedData {
  return { ...dataset, path: layout.resolve(dataset.path) };
}
