import * as z from "zod";
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
  dataset: z.strictObject({
    path: z.string(),
    digest: z.string(),
    holdout: z.strictObject({ fraction: z.number().gt(0).lt(1), seed: z.int().min(0) }),
  }),
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
