import type { GpuRequest, Pool } from "./placement.ts";
import type { Setting } from "./setting.ts";
import type { SchedulerName } from "./site.ts";
import type { Objective, Precision } from "./study.ts";

/**
 * `canary`: one trial, whose time says how many fit into an element (`trialsPerElement: auto`). `retry`: trials of
 * earlier rounds that failed or left nothing, with their next attempt.
 */
export const ROUND_KINDS = ["initial", "extension", "canary", "retry"] as const;
export type RoundKind = (typeof ROUND_KINDS)[number];

/** What all elements of a round share; stands in round.json beside the manifests. */
export interface Round {
  readonly schemaVersion: 1;
  readonly study: string;
  /** From 1. */
  readonly round: number;
  readonly kind: RoundKind;
  /** Random hex, part of the job names, so that two rounds are never mistaken for one another. */
  readonly nonce: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly bsweep: string;
  readonly objective: Objective;
  /** What its trials compare within; null in rounds of bsweep 0.1.0 (rounds/setting.ts finds it out). */
  readonly setting: Setting | null;
  /** Null for a command that brings its own data. */
  readonly dataset: RoundDataset | null;
  readonly trainer: RoundTrainer;
  readonly limits: {
    readonly cpus: number;
    readonly memoryMiB: number;
    readonly walltimeSeconds: number;
    /** Between a trial's checkpoints; 0: after each epoch, null: none. */
    readonly checkpointSeconds: number | null;
  };
  /** Where it runs; null in rounds of bsweep 0.1.0, which did not write it down. */
  readonly cluster: RoundCluster | null;
  readonly arrays: readonly RoundArray[];
  /** Distinct trials: the canary's stands in the first array too. */
  readonly trials: number;
  /** File as named by the user -> SHA-256 of the bytes that went into the round. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What is needed to ask for a round's jobs and to steer them, whatever the study file says by now. */
export interface RoundCluster {
  readonly site: string;
  readonly scheduler: SchedulerName;
  /** LSF's; "" elsewhere. */
  readonly jobGroup: string;
  readonly concurrencyLimit: number;
  readonly image: string;
  readonly resultGraceSeconds: number;
  readonly gpu: GpuRequest | null;
  /** Set: each array is a parallel job whose tasks take the manifest's elements. */
  readonly pool: Pool | null;
  readonly excludeHosts: readonly string[];
}

export interface RoundDataset {
  /** Relative to the workspace. */
  readonly path: string;
  readonly digest: string;
  /** Fraction and seed of the hold-out and of the split of what is left. */
  readonly holdout: { readonly fraction: number; readonly seed: number };
}

/** `command`: argv of a trainer other than the built-in one, with placeholders (trainer-command.ts). */
export type RoundTrainer =
  | { readonly kind: "cnn"; readonly precision: Precision }
  | { readonly kind: "command"; readonly command: readonly string[] };

/** One job array of a round. File names are relative to the round's folder. */
export interface RoundArray {
  /** From 1; 0 is the canary: one element with the round's first trial, which the others wait for. */
  readonly array: number;
  readonly elements: number;
  readonly jobName: string;
  readonly manifest: string;
  readonly script: string;
}
