import * as z from "zod";
import { BsweepError } from "../core/errors.ts";
import { sha256 } from "../core/identity.ts";
import { PRECISIONS } from "../core/study.ts";
import {
  type EpochRecord,
  FAILURE_KINDS,
  type TrainerReport,
  type TrialResult,
} from "../core/trial.ts";
import { parseJson } from "./issues.ts";
import { parametersSchema, resourceSchema, trialIdSchema } from "./manifest.ts";

export const epochSchema = z.strictObject({
  epoch: z.int().min(1),
  loss: z.number().nullable(),
  accuracy: z.number().optional(),
  validationLoss: z.number().nullable().optional(),
  validationAccuracy: z.number().optional(),
  seconds: z.number().min(0),
});

const holdoutSchema = z
  .strictObject({ correct: z.int().min(0), count: z.int().min(1), predictions: z.base64() })
  .refine(({ correct, count }) => correct <= count, "expected correct <= count");

const modelSchema = z.strictObject({
  parameters: z.int().min(0),
  flopsPerExample: z.number().min(0),
});

export const numericsSchema = z.strictObject({
  tensorflow: z.string(),
  cpu: z.string(),
  threads: z.int().min(1),
  precision: z.enum(PRECISIONS),
  gpu: z.string().optional(),
});

const failureSchema = z.strictObject({
  kind: z.enum(FAILURE_KINDS),
  message: z.string(),
  stderrTail: z.string().optional(),
});

const metricsSchema = z.record(z.string(), z.number());

const resultSchema: z.ZodType<TrialResult> = z
  .strictObject({
    schemaVersion: z.literal(1),
    trialId: trialIdSchema,
    number: z.int().min(1),
    attempt: z.int().min(1),
    state: z.enum(["complete", "failed"]),
    objective: z.number().nullable(),
    metrics: metricsSchema,
    holdout: holdoutSchema.nullable(),
    model: modelSchema.nullable(),
    history: z.array(epochSchema),
    params: parametersSchema,
    replicate: z.int().min(0),
    seed: z.int().min(0),
    resource: resourceSchema,
    failure: failureSchema.nullable(),
    timing: z.strictObject({ startedAt: z.iso.datetime(), seconds: z.number().min(0) }),
    usage: z.strictObject({
      peakMemoryMiB: z.number().nullable(),
      cpuSeconds: z.number().nullable(),
    }),
    element: z.strictObject({ job: z.string(), index: z.int().min(0), host: z.string() }),
    numerics: numericsSchema.nullable(),
    software: z.strictObject({ bsweep: z.string() }),
  })
  .refine(({ state, objective }) => (state === "complete") === (objective !== null), {
    message: "expected a value for a complete trial, null for a failed one",
    path: ["objective"],
  })
  .refine(({ state, failure }) => (state === "failed") === (failure !== null), {
    message: "expected a failure for a failed trial, null for a complete one",
    path: ["failure"],
  });

/** An epoch as any trainer may tell it: the number, and what it measures. */
const reportedEpochSchema = epochSchema.extend({
  loss: z.number().nullable().default(null),
  seconds: z.number().min(0).default(0),
});

const reportSchema: z.ZodType<TrainerReport> = z.strictObject({
  metrics: metricsSchema,
  holdout: holdoutSchema.optional(),
  model: modelSchema.optional(),
  history: z.array(reportedEpochSchema).default([]),
  numerics: numericsSchema.optional(),
  failure: failureSchema.optional(),
});

/** The last member of a result's text, and what it covers: every byte before it, closed by `}`. */
const SEAL = /,"checksum":"(sha256:[0-9a-f]{64})"\}\n?$/;

/** A result as the text of its file: one JSON line whose last member, `checksum`, covers all before it. */
export function formatResult(result: TrialResult): string {
  const content = JSON.stringify(result);
  return `${content.slice(0, -1)},"checksum":"sha256:${sha256(content)}"}\n`;
}

/** Reads a result and verifies its checksum, which is over the bytes as written. @throws BsweepError INVALID_RESULT */
export function parseResult(text: string, file: string): TrialResult {
  const as = { code: "INVALID_RESULT", what: "result" } as const;
  const seal = SEAL.exec(text.slice(-SEAL_LENGTH));
  if (seal?.[1] === undefined) {
    parseJson(text, { file }, z.looseObject({ checksum: z.string() }), as);
    throw mismatch(file);
  }
  const content = `${text.slice(0, text.lastIndexOf(',"checksum":'))}}`;
  if (seal[1] !== `sha256:${sha256(content)}`) throw mismatch(file);
  return parseJson(content, { file }, resultSchema, as);
}

/** Characters a seal takes, its line end included. */
const SEAL_LENGTH = `,"checksum":"sha256:${"0".repeat(64)}"}\n`.length;

function mismatch(file: string): BsweepError {
  return new BsweepError("INVALID_RESULT", `${file} does not match its checksum`, {
    hint: "the file was changed or torn after it was written; the trial counts as not done",
  });
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

const progressSchema = z.object({ ...reportedEpochSchema.shape });

/**
 * Reads `bsweep: {"epoch":3,"loss":0.1}`, a line of a trainer's output. Undefined for any other line.
 * @param seconds of the epoch, where the line does not say
 */
export function parseProgressLine(line: string, seconds: number): EpochRecord | undefined {
  if (!line.startsWith(PROGRESS_PREFIX)) return undefined;
  try {
    const told: unknown = JSON.parse(line.slice(PROGRESS_PREFIX.length));
    const withSeconds = typeof told === "object" ? { seconds, ...told } : told;
    return progressSchema.safeParse(withSeconds).data;
  } catch {
    return undefined;
  }
}
