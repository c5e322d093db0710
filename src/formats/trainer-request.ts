import * as z from "zod";
import { PRECISIONS } from "../core/study.ts";
import { jsonReader, type Read } from "./issues.ts";
import { parametersSchema, resourceSchema, trialIdSchema } from "./manifest.ts";
import { INVERSIONS } from "../cnn/inversion.ts";
import { BsweepError, type ErrorCode, EXIT_STATUS, valueOr } from "../core/errors.ts";

const requestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  trialId: trialIdSchema,
  params: parametersSchema,
  resource: resourceSchema,
  /** The trial's seed; purposes derive from it (random.ts). */
  seed: z.int().min(0),
  threads: z.int().min(1),
  precision: z.enum(PRECISIONS),
  dataset: z.strictObject({
    /** Absolute folder of the packed data set. */
    path: z.string(),
    /** The digest the study was planned with; other data is refused. */
    digest: z.string(),
    /** Rows kept out of training, for the objective; null: train on every row. */
    holdout: z.strictObject({ fraction: z.number().gt(0).lt(1), seed: z.int().min(0) }).nullable(),
    /** Of the other rows, so many to train and stop on; absent: all of them. */
    rows: z.int().min(1).exactOptional(),
  }),
  /** Where a run that is stopped goes on from; null: checkpoints are neither written nor read. */
  checkpoint: z
    .strictObject({
      /** Absolute; the trial's own, kept until it was trained to its end. A trainer goes on from what it finds there. */
      folder: z.string(),
      /** Seconds of training between checkpoints, 0: one after each epoch. */
      seconds: z.number().min(0),
    })
    .nullable(),
  /** By then the trainer is to have left a checkpoint and ended with status 75; null: no limit. */
  endsAt: z.iso.datetime().nullable(),
  /** Set for a refit: the trained model stays. */
  keep: z
    .strictObject({
      /** Absolute name for the weights (safetensors), written whole or not at all. */
      weightsFile: z.string(),
      /** Judged once, after training; its metrics are `testAccuracy`, `testLoss`, `testMacroF1`, `testCorrect`. */
      test: z
        .strictObject({
          path: z.string(),
          digest: z.string(),
          /** Absolute name for raw float32 [rows, classes], little-endian. */
          probabilitiesFile: z.string(),
        })
        .nullable(),
    })
    .nullable(),
  /** What the trainer may hold; null where nobody watches. */
  memoryMiB: z.int().min(1).nullable(),
  /** GPUs the element was given; 0: whatever is found, usually none. */
  gpus: z.int().min(0),
  /** Absolute path where the trainer leaves its report, written whole or not at all. */
  reportFile: z.string(),
  /** Folder for scratch files, removed by the runner. */
  scratchFolder: z.string(),
});

/** What the runner hands a trainer, as a JSON file. The answer is a TrainerReport at `reportFile`. */
export type TrainerRequest = Read<z.output<typeof requestSchema>>;
export type RequestedData = TrainerRequest["dataset"];

/** What a command is handed: the same, but that a study need not have data. */
export type CommandRequest = Omit<TrainerRequest, "dataset"> & {
  readonly dataset: RequestedData | null;
};

/** Reads what the runner asks of a trainer. @throws BsweepError INVALID_MANIFEST */
export const parseTrainerRequest = jsonReader(requestSchema, {
  code: "INVALID_MANIFEST",
  what: "trainer request",
});

/** A BsweepError on its way from one process to another. */
const toldErrorSchema = z.strictObject({
  code: z.enum(Object.keys(EXIT_STATUS) as ErrorCode[]),
  message: z.string(),
  issues: z.array(z.object({ file: z.string(), path: z.string(), message: z.string() })),
  hint: z.string().nullable(),
});

const refusalSchema = z.strictObject({ error: toldErrorSchema });

/** An error for another process of ours to read. */
export function tellError(error: BsweepError): Read<z.output<typeof toldErrorSchema>> {
  const { code, message, issues, hint = null } = error;
  return { code, message, issues, hint };
}

/** What the built-in trainer leaves in place of its report when it cannot do what it is asked. */
export function formatRefusal(error: BsweepError): string {
  return `${JSON.stringify({ error: tellError(error) })}\n`;
}

/** Reads it again; undefined for any other text. */
export function parseRefusal(text: string): BsweepError | undefined {
  const { data } = refusalSchema.safeParse(valueOr(undefined, (): unknown => JSON.parse(text)));
  if (data === undefined) return undefined;
  const { code, message, issues, hint } = data.error;
  return new BsweepError(code, message, { issues, ...(hint === null ? {} : { hint }) });
}

const imagesSchema = z.discriminatedUnion("kind", [
  /** Folder of a packed data set of the models' shape. */
  z.strictObject({ kind: z.literal("dataset"), path: z.string() }),
  /** PNG, JPEG, BMP or GIF, of any size. */
  z.strictObject({
    kind: z.literal("files"),
    files: z.array(z.string()).min(1),
    inversion: z.enum(INVERSIONS),
  }),
]);

const taskSchema = z.discriminatedUnion("kind", [
  /** The probabilities of images, as the mean over the models. */
  z.strictObject({
    kind: z.literal("predict"),
    /** Folders of models for one shape of images and one number of classes. */
    models: z.array(z.string()).min(1),
    images: imagesSchema,
    /** Takes raw float32 [images, classes], little-endian. */
    probabilitiesFile: z.string(),
  }),
  /** One model as a TensorFlow SavedModel; its folder must exist. */
  z.strictObject({ kind: z.literal("export-saved-model"), model: z.string(), to: z.string() }),
]);

const modelRequestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  task: taskSchema,
  threads: z.int().min(1),
  /** Removed by whoever asks. */
  scratchFolder: z.string(),
  /** Where the program leaves a ModelAnswer, written whole or not at all. */
  answerFile: z.string(),
});

/** What the program that holds TensorFlow is asked about refitted models, as a JSON file. Paths are absolute. */
export type ModelRequest = Read<z.output<typeof modelRequestSchema>>;
export type ImagesToPredict = Read<z.output<typeof imagesSchema>>;

const imageSchema = z.strictObject({
  file: z.string(),
  height: z.int().min(1),
  width: z.int().min(1),
  inverted: z.boolean(),
});

/** An image file as it was read, before it was made the models' size. */
export type ReadImage = Read<z.output<typeof imageSchema>>;

const answerSchema = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), files: z.array(imageSchema) }),
  z.strictObject({ ok: z.literal(false), error: toldErrorSchema }),
]);

export type ModelAnswer = Read<z.output<typeof answerSchema>>;

/** @throws BsweepError INVALID_MANIFEST */
export const parseModelRequest = jsonReader(modelRequestSchema, {
  code: "INVALID_MANIFEST",
  what: "model request",
});

/** @throws BsweepError INVALID_RESULT */
export const parseModelAnswer = jsonReader(answerSchema, {
  code: "INVALID_RESULT",
  what: "model answer",
});
