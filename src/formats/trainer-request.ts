import * as z from "zod";
import { PRECISIONS } from "../core/study.ts";
import type { TrainerRequest } from "../core/trainer-request.ts";
import { parseJson } from "./issues.ts";
import { parametersSchema, resourceSchema, trialIdSchema } from "./manifest.ts";
import {
  INVERSIONS,
  type ModelAnswer,
  type ModelRequest,
  type ToldError,
} from "../cnn/model-request.ts";
import { BsweepError, type ErrorCode, EXIT_STATUS } from "../core/errors.ts";

const requestSchema: z.ZodType<TrainerRequest> = z.strictObject({
  schemaVersion: z.literal(1),
  trialId: trialIdSchema,
  params: parametersSchema,
  resource: resourceSchema,
  seed: z.int().min(0),
  threads: z.int().min(1),
  precision: z.enum(PRECISIONS),
  dataset: z.strictObject({
    path: z.string(),
    digest: z.string(),
    holdout: z.strictObject({ fraction: z.number().gt(0).lt(1), seed: z.int().min(0) }).nullable(),
  }),
  checkpoint: z.strictObject({ folder: z.string(), seconds: z.number().min(0) }).nullable(),
  endsAt: z.iso.datetime().nullable(),
  keep: z
    .strictObject({
      weightsFile: z.string(),
      test: z
        .strictObject({ path: z.string(), digest: z.string(), probabilitiesFile: z.string() })
        .nullable(),
    })
    .nullable(),
  memoryMiB: z.int().min(1).nullable(),
  gpus: z.int().min(0),
  reportFile: z.string(),
  scratchFolder: z.string(),
});

/** Reads what the runner asks of a trainer. @throws BsweepError INVALID_MANIFEST */
export function parseTrainerRequest(text: string, file: string): TrainerRequest {
  return parseJson(text, { file }, requestSchema, {
    code: "INVALID_MANIFEST",
    what: "trainer request",
  });
}

export const toldErrorSchema: z.ZodType<ToldError> = z.strictObject({
  code: z.enum(Object.keys(EXIT_STATUS) as ErrorCode[]),
  message: z.string(),
  issues: z.array(z.object({ file: z.string(), path: z.string(), message: z.string() })),
  hint: z.string().nullable(),
});

const refusalSchema = z.strictObject({ error: toldErrorSchema });

/** An error for another process of ours to read. */
export function tellError({ code, message, issues, hint }: BsweepError): ToldError {
  return { code, message, issues, hint: hint ?? null };
}

/** What the built-in trainer leaves in place of its report when it cannot do what it is asked. */
export function formatRefusal(error: BsweepError): string {
  return `${JSON.stringify({ error: tellError(error) })}\n`;
}

/** Reads it again; undefined for any other text. */
export function parseRefusal(text: string): BsweepError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = refusalSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { code, message, issues, hint } = data.error;
  return new BsweepError(code, message, { issues, ...(hint === null ? {} : { hint }) });
}

const imagesSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dataset"), path: z.string() }),
  z.strictObject({
    kind: z.literal("files"),
    files: z.array(z.string()).min(1),
    inversion: z.enum(INVERSIONS),
  }),
]);

const taskSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("predict"),
    models: z.array(z.string()).min(1),
    images: imagesSchema,
    probabilitiesFile: z.string(),
  }),
  z.strictObject({ kind: z.literal("export-saved-model"), model: z.string(), to: z.string() }),
]);

const modelRequestSchema: z.ZodType<ModelRequest> = z.strictObject({
  schemaVersion: z.literal(1),
  task: taskSchema,
  threads: z.int().min(1),
  scratchFolder: z.string(),
  answerFile: z.string(),
});

const imageSchema = z.strictObject({
  file: z.string(),
  height: z.int().min(1),
  width: z.int().min(1),
  inverted: z.boolean(),
});

const answerSchema: z.ZodType<ModelAnswer> = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), files: z.array(imageSchema) }),
  z.strictObject({ ok: z.literal(false), error: toldErrorSchema }),
]);

/** @throws BsweepError INVALID_MANIFEST */
export function parseModelRequest(text: string, file: string): ModelRequest {
  return parseJson(text, { file }, modelRequestSchema, {
    code: "INVALID_MANIFEST",
    what: "model request",
  });
}

/** @throws BsweepError INVALID_RESULT */
export function parseModelAnswer(text: string, file: string): ModelAnswer {
  return parseJson(text, { file }, answerSchema, { code: "INVALID_RESULT", what: "model answer" });
}
