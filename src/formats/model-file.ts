import * as z from "zod";
import { planCnn } from "../cnn/shapes.ts";
import type { CnnParameters } from "../cnn/parameters.ts";
import { PRECISIONS } from "../core/study.ts";
import { MAX_CLASSES, packedFileSchema } from "./dataset-header.ts";
import { formatJson, jsonReader, type Read } from "./issues.ts";
import { trialIdSchema } from "./manifest.ts";
import { mapSpecs, valueSchema } from "./parameter-schema.ts";
import { numericsSchema } from "./result-file.ts";

const size = z.int().min(1);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A bare name: a study or a model is a folder, and never one elsewhere. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

/**
 * Every parameter with a value. One that came later than what is read may be absent: its default is what
 * it was trained with.
 */
const completeParametersSchema = z.strictObject(
  mapSpecs((spec) =>
    spec.later === true ? valueSchema(spec).default(spec.default) : valueSchema(spec),
  ),
);

const testSchema = z
  .strictObject({
    path: z.string(),
    digest,
    rows: size,
    correct: z.int().min(0),
    /** correct / rows. */
    accuracy: z.number().min(0).max(1),
    /** Mean cross-entropy, in nats. */
    loss: z.number().min(0),
    macroF1: z.number().min(0).max(1),
    /** Raw float32 [rows, classes], little-endian, beside the weights: for the mean over several models. */
    probabilities: packedFileSchema,
  })
  .refine(({ correct, rows }) => correct <= rows, "expected correct <= rows");

const modelSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    study: name,
    /** The folder's name: `trial-17-seed-1`. */
    name,
    /** The trial whose parameters these are; null when the study left nothing to choose. */
    trial: z.strictObject({ number: z.int().min(1), trialId: trialIdSchema }).nullable(),
    /** From 1; each is a training of its own. */
    seed: z.int().min(1),
    /** What the trainer was given: a function of the study's seed, the parameters and `seed`. */
    trainingSeed: z.int().min(0),
    params: completeParametersSchema as unknown as z.ZodType<CnnParameters>,
    problem: z.strictObject({
      height: size,
      width: size,
      channels: size,
      classes: size.max(MAX_CLASSES),
    }),
    /** What the classes are called; absent where each is called by its number. */
    classNames: z.array(z.string().min(1)).max(MAX_CLASSES).optional(),
    epochs: size,
    precision: z.enum(PRECISIONS),
    /** The rows it was trained on. */
    dataset: z.strictObject({ path: z.string(), digest, rows: size }),
    /** Of the rows that were looked at once, after training; null without a test set. */
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

/**
 * A model trained on all rows, as `models/<study>/<name>/model.json` describes it. Its weights stand beside it
 * in safetensors form, a tensor for each variable of the planned layers (cnn/shapes.ts) under the variable's name:
 * `<layer>/kernel` [height, width, channels, filters] or [inputs, units], `<layer>/bias`, and of a
 * normalization `<layer>/gamma`, `/beta`, `/mean`, `/variance`; all float32.
 */
export type RefittedModel = Read<z.output<typeof modelSchema>>;
export type TestScore = Read<z.output<typeof testSchema>>;

/** Reads a `model.json`. @throws BsweepError INVALID_MODEL with every issue */
export const parseModelFile = jsonReader(modelSchema, {
  code: "INVALID_MODEL",
  what: "model",
  hint: "it is written by bsweep refit; make it again with --force",
});

export const formatModelFile: (model: RefittedModel) => string = formatJson;
