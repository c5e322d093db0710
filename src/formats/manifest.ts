import * as z from "zod";
import type { Parameters, ParameterValue } from "../core/study.ts";
import type { ManifestElement } from "../core/trial.ts";
import { checkValue, invalidDocument, readJson } from "./issues.ts";
import { isManifestElement, TRIAL_ID } from "./trial-guards.ts";

export const parameterValueSchema: z.ZodType<ParameterValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(parameterValueSchema),
    z.record(z.string(), parameterValueSchema),
  ]),
);

export const parametersSchema: z.ZodType<Parameters> = z.record(z.string(), parameterValueSchema);

export const trialIdSchema = z.string().regex(TRIAL_ID);

export const resourceSchema = z.strictObject({ epochs: z.int().min(1) });

/** What a manifest and a result say of a trial. */
export const trialShape = {
  number: z.int().min(1),
  trialId: trialIdSchema,
  params: parametersSchema,
  replicate: z.int().min(0),
  seed: z.int().min(0),
  resource: resourceSchema,
  attempt: z.int().min(1),
  slot: trialIdSchema.exactOptional(),
};

export const elementSchema: z.ZodType<ManifestElement> = z.strictObject({
  schemaVersion: z.literal(1),
  index: z.int().min(1),
  trials: z.array(z.strictObject(trialShape)).min(1),
});

/**
 * Reads one line of a manifest.
 * @param line line number in the file, from 1; the element's index must be the same (contract 2).
 * @throws BsweepError INVALID_MANIFEST
 */
export function parseManifestLine(text: string, file: string, line: number): ManifestElement {
  const as = { code: "INVALID_MANIFEST", what: "manifest" } as const;
  const value = readJson(text, { file, line }, as);
  const element = isManifestElement(value)
    ? value
    : checkValue(value, { file, line }, elementSchema, as);
  if (element.index === line) return element;
  const message = `found ${element.index}, expected ${line}, the number of the line`;
  throw invalidDocument(file, as, [{ file, line, path: "index", message }]);
}

/** One line of a manifest, its line end left out. */
export function formatManifestLine(element: ManifestElement): string {
  return JSON.stringify(element);
}
