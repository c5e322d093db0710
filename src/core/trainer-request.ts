import type { Parameters, Precision } from "./study.ts";
import type { Resource } from "./trial.ts";

/** What the runner hands a trainer, as a JSON file. The answer is a TrainerReport at `reportFile`. */
export interface TrainerRequest {
  readonly schemaVersion: 1;
  readonly trialId: string;
  readonly params: Parameters;
  readonly resource: Resource;
  /** The trial's seed; purposes derive from it (random.ts). */
  readonly seed: number;
  readonly threads: number;
  readonly precision: Precision;
  readonly dataset: RequestedData;
  /** Where a run that is stopped goes on from; null: checkpoints are neither written nor read. */
  readonly checkpoint: CheckpointRequest | null;
  /** ISO 8601 UTC: by then the trainer is to have left a checkpoint and ended with status 75; null: no limit. */
  readonly endsAt: string | null;
  /** Set for a refit: the trained model stays. */
  readonly keep: KeepRequest | null;
  /** What the trainer may hold; null where nobody watches. */
  readonly memoryMiB: number | null;
  /** GPUs the element was given; 0: whatever is found, usually none. */
  readonly gpus: number;
  /** Absolute path where the trainer leaves its report, written whole or not at all. */
  readonly reportFile: string;
  /** Folder for scratch files, removed by the runner. */
  readonly scratchFolder: string;
}

/** What a command is handed: the same, but that a study need not have data. */
export type CommandRequest = Omit<TrainerRequest, "dataset"> & {
  readonly dataset: RequestedData | null;
};

export interface RequestedData {
  /** Absolute folder of the packed data set. */
  readonly path: string;
  /** The digest the study was planned with; other data is refused. */
  readonly digest: string;
  /** Rows kept out of training, for the objective; null: train on every row. */
  readonly holdout: { readonly fraction: number; readonly seed: number } | null;
}

export interface CheckpointRequest {
  /** Absolute; the trial's own, kept until the trial was trained to its end. A trainer goes on from what it finds there. */
  readonly folder: string;
  /** Seconds of training between checkpoints, 0: one after each epoch. */
  readonly seconds: number;
}

export interface KeepRequest {
  /** Absolute name for the weights (safetensors), written whole or not at all. */
  readonly weightsFile: string;
  /** Judged once, after training; its metrics are `testAccuracy`, `testLoss`, `testMacroF1`, `testCorrect`. */
  readonly test: {
    readonly path: string;
    readonly digest: string;
    /** Absolute name for raw float32 [rows, classes], little-endian. */
    readonly probabilitiesFile: string;
  } | null;
}

/**
 * Exit status of a trainer that was told to stop (SIGTERM, SIGINT, SIGUSR2, `endsAt`) and left a checkpoint, and of
 * the element it ran in: run me again.
 */
export const RUN_AGAIN_STATUS = 75;
