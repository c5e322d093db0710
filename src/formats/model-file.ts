import * as z from "zod";
import { planCnn } from "../cnn/shapes.ts";
import type { CnnParameters } from "../cnn/parameters.ts";
import type { RefittedModel } from "../cnn/refitted-model.ts";
import { PRECISIONS } from "../core/study.ts";
import { MAX_CLASSES, packedFileSchema } from "./dataset-header.ts";
import { formatJson, jsonReader } from "./issues.ts";
import { trialIdSchema } from "./manifest.ts";
import { completeParametersSchema } from "./parameter-schema.ts";
import { numericsSchema } from "./result-file.ts";

const size = z.int().min(1);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A bare name: a study or a model is a folder, and never one elsewhere. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

const testSchema = z
  .strictObject({
    path: z.string(),
    digest,
    rows: size,
    correct: z.int().min(0),
    accuracy: z.number().min(0).max(1),
    loss: z.number().min(0),
    macroF1: z.number().min(0).max(1),
    probabilities: packedFileSchema,
  })
  .refine(({ correct, rows }) => correct <= rows, "expected correct <= rows");

const modelSchema: z.ZodType<RefittedModel> = z
  .strictObject({
    schemaVersion: z.literal(1),
    study: name,
    name,
    trial: z.strictObject({ number: z.int().min(1), trialId: trialIdSchema }).nullable(),
    seed: z.int().min(1),
    trainingSeed: z.int().min(0),
    params: completeParametersSchema as unknown as z.ZodType<CnnParameters>,
    problem: z.strictObject({
      height: size,
      width: size,
      channels: size,
      classes: size.max(MAX_CLASSES),
    }),
    epochs: size,
    precision: z.enum(PRECISIONS),
    dataset: z.strictObject({ path: z.string(), digest, rows: size }),
    test: testSchema.nullable(),
    seconds: z.number().min(0),
    numerics: numericsSchema,
    weights: packedFileSchema,
    bsweep: z.string(),
  })
  .superRefine(({ params, problem }, context) => {
    const planning = planCnn(params, problem);
    if (planning.ok) return;
    const message = `there is no such network: ${planning.reason}`;
    context.addIssue({ code: "custom", path: ["params"], message });
  });

/** Reads a `model.json`. @throws BsweepError INVALID_MODEL with every issue */
export const parseModelFile = jsonReader(modelSchema, {
  code: "INVALID_MODEL",
  what: "model",
  hint: "it is written by bsweep refit; make it again with --force",
});

export const formatModelFile: (model: RefittedModel) => string = formatJson;
