import * as z from "zod";
import { INVERSIONS, type ModelAnswer, type ModelRequest } from "../cnn/model-request.ts";
import { parseJson } from "./issues.ts";
import { toldErrorSchema } from "./told-error.ts";

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

const requestSchema: z.ZodType<ModelRequest> = z.strictObject({
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
  return parseJson(text, { file }, requestSchema, {
    code: "INVALID_MANIFEST",
    what: "model request",
  });
}

/** @throws BsweepError INVALID_RESULT */
export function parseModelAnswer(text: string, file: string): ModelAnswer {
  return parseJson(text, { file }, answerSchema, { code: "INVALID_RESULT", what: "model answer" });
}
