import * as z from "zod";
import type { StepRecord } from "../core/trial.ts";
import { jsonReader, type Read } from "./issues.ts";

/** One epoch of training. Losses are means over examples, null when not finite; accuracies are fractions. */
export const epochSchema = z.strictObject({
  epoch: z.int().min(1),
  loss: z.number().nullable(),
  accuracy: z.number().optional(),
  validationLoss: z.number().nullable().optional(),
  validationAccuracy: z.number().optional(),
  seconds: z.number().min(0),
});

export type EpochRecord = Read<z.output<typeof epochSchema>>;

const progressSchema = z.strictObject({
  /** Whole epochs behind. */
  history: z.array(epochSchema),
  /** The epoch that is under way; at its beginning nothing is trained. */
  epoch: z.strictObject({
    /** Rows of the epoch's order that are trained. */
    rows: z.int().min(0),
    /** Of these rows. */
    lossSum: z.number(),
    correct: z.number().min(0),
    /** Wall seconds it took before a stop. */
    seconds: z.number().min(0),
  }),
  /** What early stopping knows of the past: the smallest loss so far, and its epoch; null and 0 before the first. */
  stopping: z.strictObject({ bestLoss: z.number().nullable(), bestEpoch: z.int().min(0) }),
  /** What a learning-rate schedule knows of the past. */
  plateau: z.strictObject({
    /** Product of the decays so far. */
    scale: z.number(),
    /** Null before the first epoch. */
    bestLoss: z.number().nullable(),
    /** Epochs since a better loss. */
    waited: z.int().min(0),
  }),
});

/** All that the training loop knows and the model's variables do not. Plain data: it stands in checkpoints. */
export type Progress = Read<z.output<typeof progressSchema>>;

/** Reads how far a checkpoint's training had come. @throws BsweepError INVALID_MODEL */
export const parseProgress = jsonReader(progressSchema, {
  code: "INVALID_MODEL",
  what: "checkpoint",
});

export const FRESH_EPOCH: Progress["epoch"] = { rows: 0, lossSum: 0, correct: 0, seconds: 0 };

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
