import * as z from "zod";
import { PRECISIONS } from "../core/study.ts";
import type { TrainerRequest } from "../core/trainer-request.ts";
import { parseJson } from "./issues.ts";
import { parametersSchema, resourceSchema, trialIdSchema } from "./manifest.ts";

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
