import * as z from "zod";
import type { SchedulerName } from "../core/site.ts";
import { MAX_SHARDS } from "./dataset-piece.ts";
import { parseJson } from "./issues.ts";
import { name } from "./placement-schema.ts";

/** A data set that jobs pack: `preparation.json` beside their scripts. */
export interface Preparation {
  readonly schemaVersion: 1;
  /** Random hex, part of the job names. */
  readonly nonce: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly bsweep: string;
  /** Absolute folder of the data set. */
  readonly to: string;
  /** Pieces: elements of the array that packs them. */
  readonly shards: number;
  readonly site: string;
  readonly scheduler: SchedulerName;
  /** SHA-256 of everything that was asked for, the size and time of the source files among it. */
  readonly request: string;
}

const preparationSchema: z.ZodType<Preparation> = z.strictObject({
  schemaVersion: z.literal(1),
  nonce: z.string().regex(/^[0-9a-f]+$/),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  to: z.string().startsWith("/"),
  shards: z.int().min(1).max(MAX_SHARDS),
  site: z.string(),
  scheduler: name(),
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
