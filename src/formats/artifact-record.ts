import * as z from "zod";
import { type ArtifactRecord, MOST_LISTED } from "../core/artifacts.ts";
import { formatJson, jsonReader } from "./issues.ts";
import { trialIdSchema } from "./manifest.ts";

const size = z.int().min(0);

/** A name below a folder, and never one elsewhere. */
const inside = z
  .string()
  .min(1)
  .refine(
    (name) =>
      !name.startsWith("/") && !name.split("/").some((part) => part === ".." || part === ""),
    "expected a name below the folder",
  );

const recordSchema: z.ZodType<ArtifactRecord> = z.strictObject({
  schemaVersion: z.literal(1),
  number: z.int().min(1),
  trialId: trialIdSchema,
  attempt: z.int().min(1),
  within: z.string().regex(/^[0-9a-f]+$/),
  objective: z.strictObject({
    metric: z.string(),
    direction: z.enum(["maximize", "minimize"]),
    value: z.number(),
  }),
  isWanted: z.boolean(),
  count: z.int().min(1),
  bytes: size,
  files: z
    .array(
      z.strictObject({ file: inside, bytes: size, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    )
    .max(MOST_LISTED),
});

/** @throws BsweepError INVALID_RESULT */
export const parseArtifactRecord = jsonReader(recordSchema, {
  code: "INVALID_RESULT",
  what: "record of artifacts",
  hint: "it is written by the trial's element; where it is damaged, remove it: collecting makes it again",
});

export const formatArtifactRecord: (record: ArtifactRecord) => string = formatJson;
