import * as z from "zod";
import type { StepRecord, TrainerReport } from "../core/trial.ts";
import { parseJson } from "./issues.ts";
import {
  failureSchema,
  holdoutSchema,
  metricsSchema,
  modelSchema,
  numericsSchema,
} from "./result-file.ts";

/** An epoch as any trainer may tell it: the number, and what it measures. */
const reportedEpochSchema = z
  .looseObject({
    epoch: z.int().min(1).optional(),
    step: z.int().min(0).optional(),
    seconds: z.number().min(0).default(0),
  })
  .transform(toStep);

const reportSchema = z.strictObject({
  metrics: metricsSchema,
  holdout: holdoutSchema.optional(),
  model: modelSchema.optional(),
  history: z.array(reportedEpochSchema).default([]),
  numerics: numericsSchema.optional(),
  failure: failureSchema.optional(),
});

function toStep({ epoch, step, seconds, ...rest }: Record<string, unknown>): StepRecord {
  const told = typeof rest["metrics"] === "object" ? { ...rest, ...rest["metrics"] } : rest;
  const metrics = Object.entries(told).filter(([, value]) => typeof value === "number");
  return {
    step: Number(step ?? epoch ?? 1),
    metrics: Object.fromEntries(metrics) as StepRecord["metrics"],
    seconds: Number(seconds),
  };
}

/** Reads what a trainer left. @throws BsweepError INVALID_RESULT */
export function parseTrainerReport(text: string, file: string): TrainerReport {
  return parseJson(text, { file }, reportSchema, {
    code: "INVALID_RESULT",
    what: "trainer report",
  });
}

/** How a line begins by which a command tells of an epoch. */
const PROGRESS_PREFIX = "bsweep:";

/**
 * Reads `bsweep: {"epoch":3,"loss":0.1}`, a line of a trainer's output. Undefined for any other line.
 * @param seconds of the epoch, where the line does not say
 */
export function parseProgressLine(line: string, seconds: number): StepRecord | undefined {
  if (!line.startsWith(PROGRESS_PREFIX)) return undefined;
  try {
    const told: unknown = JSON.parse(line.slice(PROGRESS_PREFIX.length));
    const withSeconds = typeof told === "object" ? { seconds, ...told } : told;
    return reportedEpochSchema.safeParse(withSeconds).data;
  } catch {
    return undefined;
  }
}
