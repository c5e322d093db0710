import * as z from "zod";
import { artifactFileSchema } from "./artifact-record.ts";
import { packedFileSchema } from "./dataset-header.ts";
import { formatJson, jsonReader, type Read } from "./issues.ts";
import { parametersSchema, trialIdSchema } from "./manifest.ts";

const size = z.int().min(1);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
const metrics = z.record(z.string(), z.number());

const modelSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("command"),
  study: name,
  /** The folder's name: `trial-17-seed-1`. */
  name,
  /** The trial whose parameters these are; null when the study left nothing to choose. */
  trial: z.strictObject({ number: size, trialId: trialIdSchema }).nullable(),
  /** From 1; each is a training of its own. */
  seed: size,
  /** What the command was given. */
  trainingSeed: z.int().min(0),
  params: parametersSchema,
  epochs: size,
  /** The command as the study has it, and its version. */
  command: z.array(z.string()).min(1),
  version: z.int().min(1),
  /** The rows it was trained on; null for a command that brings its own data. */
  dataset: z.strictObject({ path: z.string(), digest: z.string(), rows: size }).nullable(),
  /** Of the rows that it was judged on; null without a test set. */
  testDigest: z.string().nullable(),
  /** What it said of them; null without, or where it told no predictions. */
  test: z
    .strictObject({
      path: z.string(),
      rows: size,
      correct: z.int().min(0),
      accuracy: z.number().min(0).max(1),
      /** Raw float32 [rows, classes], little-endian, beside this file; null where it left none. */
      probabilities: packedFileSchema.nullable(),
    })
    .nullable(),
  /** What it told: with a test set of that, without of nothing it may be judged by. */
  metrics,
  seconds: z.number().min(0),
  /** What it left, relative to the model's folder. */
  files: z.array(artifactFileSchema).min(1),
  bsweep: z.string(),
});

/** A model that a command made of a study's best parameters, as `models/<study>/<name>/refit.json` describes it. */
export type CommandModel = Read<z.output<typeof modelSchema>>;

/** @throws BsweepError INVALID_MODEL with every issue */
export const parseCommandModel = jsonReader(modelSchema, {
  code: "INVALID_MODEL",
  what: "model",
  hint: "it is written by bsweep refit; make it again with --force",
});

export const formatCommandModel: (model: CommandModel) => string = formatJson;
