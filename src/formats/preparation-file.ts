import * as z from "zod";
import type { Preparation } from "../core/preparation.ts";
import { SCHEDULERS } from "../core/site.ts";
import { MAX_SHARDS } from "./dataset-piece.ts";
import { parseJson } from "./issues.ts";

const preparationSchema: z.ZodType<Preparation> = z.strictObject({
  schemaVersion: z.literal(1),
  nonce: z.string().regex(/^[0-9a-f]+$/),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  to: z.string().startsWith("/"),
  shards: z.int().min(1).max(MAX_SHARDS),
  site: z.string(),
  scheduler: z.enum(SCHEDULERS),
  request: z.string().regex(/^[0-9a-f]{64}$/),
});

/** @throws BsweepError WORKSPACE with every issue */
export function parsePreparation(text: string, file: string): Preparation {
  return parseJson(text, { file }, preparationSchema, {
    code: "WORKSPACE",
    what: "description of a data set's jobs",
    hint: "it is written by bsweep prepare; with --overwrite that writes the jobs anew",
  });
}

export function formatPreparation(preparation: Preparation): string {
  return `${JSON.stringify(preparation, null, 2)}\n`;
}
