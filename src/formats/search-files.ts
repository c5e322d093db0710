import * as z from "zod";
import { BsweepError, messageOf } from "../core/errors.ts";
import type { Choice, TrialObservation } from "../core/search.ts";
import { checkValue, type DocumentKind, readJson } from "./issues.ts";
import { parametersSchema, trialIdSchema } from "./manifest.ts";

const KIND: DocumentKind = { code: "INVALID_RESULT", what: "file of a search" };
const CHOICE: DocumentKind = {
  ...KIND,
  hint: "remove it where nothing is writing it any more: its trial, if it has no result, chooses anew",
};

/** Numbers as foldRanges writes them. */
const ranges = z
  .string()
  .max(1_000_000)
  .regex(/^(?:\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)?$/);
const hash = z.string().regex(/^[0-9a-f]+$/);

const choiceSchema: z.ZodType<Choice> = z.strictObject({
  schemaVersion: z.literal(1),
  slot: trialIdSchema,
  number: z.int().min(1),
  params: parametersSchema,
  content: trialIdSchema,
  within: hash,
  sampler: z.strictObject({ kind: z.string(), revision: z.int().min(0), seed: z.int().min(0) }),
  seen: z.strictObject({ history: hash, ended: z.record(z.string(), ranges), running: ranges }),
  place: z.int().min(0),
  seconds: z.number().min(0),
  chosenAt: z.iso.datetime(),
  host: z.string(),
});

const observationSchema: z.ZodType<TrialObservation> = z.strictObject({
  schemaVersion: z.literal(1),
  number: z.int().min(1),
  trialId: trialIdSchema,
  slot: trialIdSchema.nullable(),
  attempt: z.int().min(1),
  params: parametersSchema,
  within: hash,
  state: z.enum(["complete", "pruned", "failed"]),
  loss: z.number().nullable(),
  quantile: z.number().gt(0).lt(1).optional(),
  share: z.number().gt(0).max(1),
  cpuSeconds: z.number().min(0),
  endedAt: z.iso.datetime(),
});

/** @throws BsweepError INVALID_RESULT */
export function parseChoice(text: string, file: string): Choice {
  return checkValue(readJson(text, { file }, CHOICE), { file }, choiceSchema, CHOICE);
}

/** @throws BsweepError INVALID_RESULT */
export function parseObservation(text: string, file: string): TrialObservation {
  return checkValue(readJson(text, { file }, KIND), { file }, observationSchema, KIND);
}

/** A line. */
export function formatSearchFile(content: Choice | TrialObservation): string {
  return `${JSON.stringify(content)}\n`;
}

/** Why a file of a search is left out, naming it. */
export function complainOf(path: string, error: unknown): string {
  return error instanceof BsweepError ? error.message : `${path}: ${messageOf(error)}`;
}
