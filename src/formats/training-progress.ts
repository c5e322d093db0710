import * as z from "zod";
import type { EpochRecord, Progress } from "../cnn/training-progress.ts";
import { parseJson } from "./issues.ts";

/** One epoch of the CNN, in checkpoints and in results of bsweep 0.1.0. */
export const epochSchema: z.ZodType<EpochRecord> = z.strictObject({
  epoch: z.int().min(1),
  loss: z.number().nullable(),
  accuracy: z.number().optional(),
  validationLoss: z.number().nullable().optional(),
  validationAccuracy: z.number().optional(),
  seconds: z.number().min(0),
});

const progressSchema: z.ZodType<Progress> = z.strictObject({
  history: z.array(epochSchema),
  epoch: z.strictObject({
    rows: z.int().min(0),
    lossSum: z.number(),
    correct: z.number().min(0),
    seconds: z.number().min(0),
  }),
  stopping: z.strictObject({ bestLoss: z.number().nullable(), bestEpoch: z.int().min(0) }),
  plateau: z.strictObject({
    scale: z.number(),
    bestLoss: z.number().nullable(),
    waited: z.int().min(0),
  }),
});

/** Reads how far a checkpoint's training had come. @throws BsweepError INVALID_MODEL */
export function parseProgress(text: string, file: string): Progress {
  return parseJson(text, { file }, progressSchema, { code: "INVALID_MODEL", what: "checkpoint" });
}
