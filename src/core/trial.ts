import type { RungEvidence } from "./pruning.ts";
import type { Parameters, Precision } from "./study.ts";

/**
 * How much training a trial may use, to its planned end: part of what the trial is. One that was pruned and is run to
 * that end later is the same trial, of the next attempt, with the result it would have had.
 */
export interface Resource {
  readonly epochs: number;
}

/** One trial as a manifest carries it: everything that differs from trial to trial. */
export interface Trial {
  /** What a person calls it, from 1, unique in the study and never reused. */
  readonly number: number;
  /** Leading hex of the SHA-256 of the trial's content (see identity.ts). */
  readonly trialId: string;
  /** Parameters as the study sets and searches them; the trainer fills in the rest. Empty until a late-bound trial has chosen. */
  readonly params: Parameters;
  /** From 0: the same parameters with another seed. */
  readonly replicate: number;
  /** The trial's own seed, 0 .. 2^31-1; each purpose derives a generator from it (see random.ts). */
  readonly seed: number;
  readonly resource: Resource;
  /** From 1; a retry is the same trial with the next attempt. */
  readonly attempt: number;
  /** Of a late-bound trial: what it chooses under, the trial id of its first replicate. They share the choice. */
  readonly slot?: string | undefined;
}

/** Whether a trial has still to choose its parameters, which it does when it starts. */
export function isOpen({ slot, params }: Pick<Trial, "slot" | "params">): boolean {
  return slot !== undefined && Object.keys(params).length === 0;
}

/** One line of a manifest: what array index `index` runs, one trial after another. */
export interface ManifestElement {
  readonly schemaVersion: 1;
  /** From 1, as on every scheduler. Line i of the file has index i. */
  readonly index: number;
  readonly trials: readonly Trial[];
}

/**
 * What may become of a trial, in every file, table and report. `pruned`: stopped early, because others did better; it
 * may still be run to its end. `skipped`: not run, because the study had what it wanted. `cancelled`: a person ended it.
 */
export const TRIAL_STATES = [
  "waiting",
  "running",
  "complete",
  "pruned",
  "failed",
  "cancelled",
  "skipped",
] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

/** States that a result may tell. */
export const RESULT_STATES = ["complete", "pruned", "failed", "skipped"] as const;
export type ResultState = (typeof RESULT_STATES)[number];

/** Finite numbers by name. */
export type Metrics = Readonly<Record<string, number>>;

export const FAILURE_KINDS = [
  "error",
  "timeout",
  "signal",
  "out-of-memory",
  "diverged",
  "missing-result",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface Failure {
  readonly kind: FailureKind;
  /** What happened, in a sentence. */
  readonly message: string;
  /** The last lines the trainer wrote to stderr, at most 4 KiB; where it wrote none, the last line of its stdout. */
  readonly stderrTail?: string | undefined;
}

/** A trainer's measurements at one step, such as an epoch. */
export interface StepRecord {
  /** Ascending. */
  readonly step: number;
  /** Finite numbers by name; what was not finite is left out. */
  readonly metrics: Metrics;
  /** Wall seconds since the step before. */
  readonly seconds: number;
}

interface Holdout {
  /** Rows predicted right. */
  readonly correct: number;
  /** Rows in the hold-out. */
  readonly count: number;
  /** Base64 of one uint8 class per hold-out row, in the order of the split. */
  readonly predictions: string;
}

/** What makes two runs comparable bit for bit. */
export interface NumericsFingerprint {
  readonly tensorflow: string;
  readonly cpu: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Model of the GPU it was computed on; absent: on the CPU. */
  readonly gpu?: string | undefined;
  /** The processor's vector and matrix instructions, for hosts tell one model for several kinds; absent from older results. */
  readonly features?: readonly string[] | undefined;
  /** How the gradient of each convolution's filter was computed, in the order of the layers; absent from older results. */
  readonly filterGradients?: readonly string[] | undefined;
}

/** What a trainer measured. A trainer leaves this as a JSON file; the runner makes it a result. */
export interface TrainerReport {
  /** Final ones, the objective's among them. */
  readonly metrics: Metrics;
  readonly holdout?: Holdout | undefined;
  readonly model?: { readonly parameters: number; readonly flopsPerExample: number } | undefined;
  readonly history: readonly StepRecord[];
  readonly numerics?: NumericsFingerprint | undefined;
  /** Set by a trainer that ended in order and yet has no result to rank, such as `diverged`. */
  readonly failure?: Failure | undefined;
}

/** Why a trial was not trained to its end, though nothing failed. */
export interface EarlyEnd {
  /** In a sentence. */
  readonly reason: string;
  /** The last step it trained, and the objective's value there; null for one that was never started. */
  readonly step: number | null;
  readonly value: number | null;
  /** Of a pruned one: what it was held against. */
  readonly evidence?: RungEvidence | undefined;
}

/** One attempt at one trial: what happened, measured. Never the environment as a whole. */
export interface TrialResult extends Trial, Pick<TrainerReport, "metrics" | "history"> {
  readonly schemaVersion: 2;
  readonly state: ResultState;
  /** The objective's value; null unless complete. */
  readonly objective: number | null;
  readonly holdout: Holdout | null;
  readonly model: { readonly parameters: number; readonly flopsPerExample: number } | null;
  /** Of a failed trial alone. */
  readonly failure: Failure | null;
  /** Of a pruned or skipped trial alone. */
  readonly earlyEnd: EarlyEnd | null;
  /** What was odd and yet cost nothing, a sentence each. */
  readonly warnings: readonly string[];
  /** ISO 8601 UTC start; wall seconds of the trainer, start-up included. */
  readonly timing: { readonly startedAt: string; readonly seconds: number };
  readonly usage: { readonly peakMemoryMiB: number | null; readonly cpuSeconds: number | null };
  /** Scheduler's job id ("" outside one), array index, host name; whose process it was, absent from bsweep 0.1.0. */
  readonly element: {
    readonly job: string;
    readonly index: number;
    readonly host: string;
    readonly user?: string | undefined;
  };
  readonly numerics: NumericsFingerprint | null;
  readonly software: { readonly bsweep: string };
}

/** What happened, and what the program said last, in a line. */
export function explainFailure({ message, stderrTail = "" }: Omit<Failure, "kind">): string {
  const lines = stderrTail.split(/[\r\n]+/).map((line) => line.trim());
  const last = lines.findLast((line) => line !== "");
  return last === undefined || message.includes(last) ? message : `${message}: ${last}`;
}

/**
 * Exit status of a trainer that was told to stop (SIGTERM, SIGINT, SIGUSR2, `endsAt`) and left a checkpoint, and of
 * the element it ran in: run me again.
 */
export const RUN_AGAIN_STATUS = 75;

/** Whether a trial's epochs are worth a word: 1 is what every command has whose study names none, and means nothing to it. */
export function countsEpochs(epochs: number): boolean {
  return epochs > 1;
}
