import { z } from "zod";
import { BsweepError } from "../core/errors.ts";
import { canonicalJson, sha256 } from "../core/identity.ts";
import { FAILURE_KINDS, type TrainerReport, type TrialResult } from "../core/trial.ts";
import { checkValue, parseJson } from "./issues.ts";
import { parametersSchema, resourceSchema, trialIdSchema } from "./manifest.ts";

const epochSchema = z.strictObject({
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

const numericsSchema = z.strictObject({
  tensorflow: z.string(),
  cpu: z.string(),
  threads: z.int().min(1),
  precision: z.literal("float32"),
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

const reportSchema: z.ZodType<TrainerReport> = z.strictObject({
  metrics: metricsSchema,
  holdout: holdoutSchema.optional(),
  model: modelSchema.optional(),
  history: z.array(epochSchema),
  numerics: numericsSchema.optional(),
  failure: failureSchema.optional(),
});

/** A result as the text of its file: one JSON line whose `checksum` covers everything else. */
export function formatResult(result: TrialResult): string {
  return `${JSON.stringify({ ...result, checksum: checksumOf(result) })}\n`;
}

function checksumOf(result: unknown): string {
  return `sha256:${sha256(canonicalJson(result))}`;
}

/** Reads a result and verifies its checksum. @throws BsweepError INVALID_RESULT */
export function parseResult(text: string, file: string): TrialResult {
  const sealed = z.looseObject({ checksum: z.string() });
  const as = { code: "INVALID_RESULT", what: "result" } as const;
  const { checksum, ...content } = parseJson(text, { file }, sealed, as);
  if (checksum !== checksumOf(content)) {
    throw new BsweepError("INVALID_RESULT", `${file} does not match its checksum`, {
      hint: "the file was changed or torn after it was written; the trial counts as not done",
    });
  }
  return checkValue(content, { file }, resultSchema, as);
}

/** Reads what a trainer left. @throws BsweepError INVALID_RESULT */
export function parseTrainerReport(text: string, file: string): TrainerReport {
  return parseJson(text, { file }, reportSchema, {
    code: "INVALID_RESULT",
    what: "trainer report",
  });
}
