import * as z from "zod";
import { parseJson } from "./issues.ts";
import { parametersSchema } from "./manifest.ts";

const lineSchema = z.strictObject({
  params: parametersSchema,
  state: z.enum(["running", "complete", "pruned", "failed"]),
  loss: z.number().nullable(),
  quantile: z.number().gt(0).lt(1).optional(),
  share: z.number().gt(0).max(1),
});

/** A trial of before the round, or of elsewhere (samplers/sampler.ts, Observation). */
export type EarlierTrial = z.output<typeof lineSchema>;

/** Trials that a round's proposals begin with: a line each. */
export function formatSearchHistory(trials: readonly EarlierTrial[]): string {
  return trials.map((trial) => `${JSON.stringify(trial)}\n`).join("");
}

/** @throws BsweepError INVALID_MANIFEST naming the file and the line */
export function parseSearchHistory(text: string, file: string): EarlierTrial[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at) =>
      parseJson(line, { file, line: at + 1 }, lineSchema, {
        code: "INVALID_MANIFEST",
        what: "file of earlier trials",
      }),
    );
}
