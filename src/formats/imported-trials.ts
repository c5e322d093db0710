import { z } from "zod";
import { BsweepError, messageOf } from "../core/errors.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { parametersSchema } from "./manifest.ts";

/** A file of trials that ran elsewhere: a line that says where they come from, then a line a trial. */
const headerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  study: z.string(),
  objective: z.strictObject({
    metric: z.string(),
    direction: z.enum(["maximize", "minimize"]),
  }),
  /** What was read: its kind, its path as it was named, its digest, and the study's name in it. */
  source: z.strictObject({
    kind: z.enum(["csv", "optuna"]),
    file: z.string(),
    sha256: z.string(),
    name: z.string().nullable(),
  }),
  /** ISO 8601 UTC. */
  importedAt: z.string(),
});

const trialSchema = z.strictObject({
  /** In its source. */
  number: z.int().min(0),
  params: parametersSchema,
  epochs: z.int().min(1),
  state: z.enum(["complete", "pruned", "failed"]),
  /** Null where there is none. */
  objective: z.number().nullable(),
  metrics: z.record(z.string(), z.number()),
  seconds: z.number().min(0).nullable(),
  /** Of the objective, ascending. */
  steps: z.array(z.tuple([z.number(), z.number()])),
});

export type ImportHeader = z.infer<typeof headerSchema>;
export type ImportedTrial = z.infer<typeof trialSchema>;

export interface ImportedTrials {
  readonly header: ImportHeader;
  readonly trials: readonly ImportedTrial[];
}

export function formatImportedTrials({ header, trials }: ImportedTrials): string {
  return [header, ...trials].map((line) => `${canonicalJson(line)}\n`).join("");
}

/** @throws BsweepError INVALID_DATA, naming file and line */
export function parseImportedTrials(text: string, file: string): ImportedTrials {
  const [first = "", ...lines] = text.split("\n").filter((line) => line !== "");
  return {
    header: parseLine(headerSchema, first, { file, line: 1 }),
    trials: lines.map((line, at) => parseLine(trialSchema, line, { file, line: at + 2 })),
  };
}

function parseLine<T>(
  schema: z.ZodType<T>,
  text: string,
  { file, line }: { readonly file: string; readonly line: number },
): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const message =
      cause instanceof z.ZodError
        ? `${cause.issues[0]?.path.join(".") ?? ""}: ${cause.issues[0]?.message ?? ""}`
        : messageOf(cause);
    throw new BsweepError("INVALID_DATA", `${file} is no file of imported trials`, {
      issues: [{ file, line, path: "", message }],
      hint: "bsweep import writes such files",
      cause,
    });
  }
}
