import { z } from "zod";
import type { ManifestElement } from "../core/trial.ts";
import { parseJson } from "./issues.ts";

export const parametersSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]),
);

export const trialIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

export const resourceSchema = z.strictObject({ epochs: z.int().min(1) });

const trialSchema = z.strictObject({
  number: z.int().min(1),
  trialId: trialIdSchema,
  params: parametersSchema,
  replicate: z.int().min(0),
  seed: z.int().min(0),
  resource: resourceSchema,
  attempt: z.int().min(1),
});

const elementSchema: z.ZodType<ManifestElement> = z.strictObject({
  schemaVersion: z.literal(1),
  index: z.int().min(1),
  trials: z.array(trialSchema).min(1),
});

/**
 * Reads one line of a manifest.
 * @param line line number in the file, from 1; the element's index must be the same (contract 2).
 * @throws BsweepError INVALID_MANIFEST
 */
export function parseManifestLine(text: string, file: string, line: number): ManifestElement {
  const schema = elementSchema.refine(({ index }) => index === line, {
    message: `expected index ${line}, the number of the line`,
    path: ["index"],
  });
  return parseJson(text, { file, line }, schema, { code: "INVALID_MANIFEST", what: "manifest" });
}

/** One line of a manifest, its line end left out. */
export function formatManifestLine(element: ManifestElement): string {
  return JSON.stringify(element);
}
