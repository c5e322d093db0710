import type { StepRecord } from "../core/trial.ts";

/** One epoch of training. Losses are means over examples, null when not finite; accuracies are fractions. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number | null;
  readonly accuracy?: number | undefined;
  readonly validationLoss?: number | null | undefined;
  readonly validationAccuracy?: number | undefined;
  readonly seconds: number;
}

/** All that the training loop knows and the model's variables do not. Plain data: it stands in checkpoints. */
export interface Progress {
  /** Whole epochs behind. */
  readonly history: readonly EpochRecord[];
  /** The epoch that is under way; at its beginning nothing is trained. */
  readonly epoch: EpochProgress;
  readonly stopping: StoppingState;
  readonly plateau: PlateauState;
}

export interface EpochProgress {
  /** Rows of the epoch's order that are trained. */
  readonly rows: number;
  /** Of these rows. */
  readonly lossSum: number;
  readonly correct: number;
  /** Wall seconds it took before a stop. */
  readonly seconds: number;
}

/** What early stopping knows of the past. */
export interface StoppingState {
  /** Null before the first epoch. */
  readonly bestLoss: number | null;
  /** The epoch with the smallest loss so far; 0 before the first. */
  readonly bestEpoch: number;
}

/** What a learning-rate schedule knows of the past. */
export interface PlateauState {
  /** Product of the decays so far. */
  readonly scale: number;
  /** Null before the first epoch. */
  readonly bestLoss: number | null;
  /** Epochs since a better loss. */
  readonly waited: number;
}

export const FRESH_EPOCH: EpochProgress = { rows: 0, lossSum: 0, correct: 0, seconds: 0 };

export const FRESH_PROGRESS: Progress = {
  history: [],
  epoch: FRESH_EPOCH,
  stopping: { bestLoss: null, bestEpoch: 0 },
  plateau: { scale: 1, bestLoss: null, waited: 0 },
};

/** An epoch as every trainer's step; what was not finite is left out. */
export function stepOfEpoch({ epoch, seconds, ...measured }: EpochRecord): StepRecord {
  return { step: epoch, metrics: onlyNumbers(measured), seconds };
}

export function onlyNumbers(values: Readonly<Record<string, unknown>>): Record<string, number> {
  const known = Object.entries(values).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(known) as Record<string, number>;
}
