import * as z from "zod";
import type { NumericSpec, ParameterSpec } from "../cnn/parameters.ts";
import type { Parameters, ParameterValue } from "../core/study.ts";
import { mapSpecs, numberSchema, valueSchema } from "./parameter-schema.ts";
import { expected } from "./schema-issues.ts";

/** A parameter of the search space as the file writes it: a list, or a range, or a list with a condition. */
export type SpaceEntry = readonly ParameterValue[] | SpaceMapping;

export interface SpaceMapping {
  readonly values?: readonly ParameterValue[];
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly step?: number | undefined;
  /** Of a command's parameter: whole numbers only. The CNN's parameters know what they are. */
  readonly integer?: boolean;
  readonly when?: Parameters;
}

/**
 * An option of a space's mappings: one value is no space of its own.
 * @returns what to write in its place; nothing for another unknown key
 */
const tellSingleValue = {
  error: (issue: { code?: string; keys?: readonly string[] }): string | undefined =>
    issue.code === "unrecognized_keys" && issue.keys?.join() === "value"
      ? "found one `value`, expected a list such as [3]; what no trial changes stands in `trainer.set`"
      : undefined,
};

/** Parameters with a value each: `trainer.set`, and the condition of a `when`. */
function parametersSchema(): z.ZodType<Parameters> {
  return z.strictObject(
    mapSpecs((spec) => valueSchema(spec).describe(spec.describe).exactOptional()),
  );
}

export const setSchema = parametersSchema().describe("Parameters fixed for every trial");

/** The id keeps the JSON schema short: one definition for all parameters. */
const whenSchema = parametersSchema().meta({
  id: "condition",
  description: "Searched only in trials where these parameters have these values",
});

/** The search space: every parameter optional, each with a list or a mapping. */
export const spaceSchema: z.ZodType<Readonly<Record<string, SpaceEntry>>> = z.strictObject(
  mapSpecs((spec) => entrySchema(spec).describe(spec.describe).exactOptional()),
);

/** The schema of one parameter of the search space, for checking it apart from the others. */
export function entrySchema(spec: ParameterSpec): z.ZodType<SpaceEntry> {
  const when = { when: whenSchema.exactOptional() };
  if (spec.kind === "integer" || spec.kind === "real")
    return rangeEntrySchema(numberSchema(spec), numberSchema(spec), stepSchema(spec.kind), when);
  const values = listSchema(valueSchema(spec));
  const mapping = z.strictObject({ values, ...when }, tellSingleValue);
  return z.union([values, mapping], expected("a list such as [a, b]"));
}

function listSchema(value: z.ZodType<ParameterValue>) {
  return z.array(value, expected("a list")).min(1, expected("at least one value"));
}

/** A list of values, or a mapping with a range, or with a list and what `others` has. */
export function rangeEntrySchema(
  value: z.ZodType<ParameterValue>,
  number: z.ZodType<number>,
  step: z.ZodType<number>,
  others: Readonly<Record<string, z.ZodType>>,
): z.ZodType<SpaceEntry> {
  const list = listSchema(value);
  const shape = {
    values: list.exactOptional().describe("A list, where a condition stands beside it"),
    low: number.exactOptional().describe("Least value, included"),
    high: number.exactOptional().describe("Greatest value, included"),
    log: z.boolean().exactOptional().describe("Uniform in the logarithm"),
    step: step.exactOptional().describe("Only low, low + step, low + 2 step, ..."),
  };
  const mapping = z.strictObject({ ...shape, ...others }, tellSingleValue);
  return z.union([list, mapping], expected("a list such as [1, 2] or a range {low, high}"));
}

export function stepSchema(kind: NumericSpec["kind"]): z.ZodType<number> {
  const integer = expected("an integer >= 1");
  const real = expected("a number > 0");
  return kind === "integer" ? z.int(integer).min(1, integer) : z.number(real).gt(0, real);
}
