import * as z from "zod";
import type { NumericSpec, ParameterSpec } from "../../cnn/parameters.ts";
import type { Parameters, ParameterValue } from "../../core/study.ts";
import { isObject } from "../../core/objects.ts";
import { describeValue, mapSpecs, numberSchema, valueSchema } from "../parameter-schema.ts";
import { describeIssue, expected } from "../schema-issues.ts";

/**
 * A parameter of the search space as the file writes it: a list; a range, or a list with something beside it; a list of these, each with a
 * condition; or one value for all trials.
 */
export type SpaceEntry = SpaceMapping | readonly (ParameterValue | SpaceMapping)[] | ParameterValue;

export interface SpaceMapping {
  readonly values?: readonly ParameterValue[];
  readonly weights?: readonly number[];
  readonly low?: number;
  readonly high?: number;
  /** A number: only low, low x log, low x log^2, ... */
  readonly log?: boolean | number;
  readonly step?: number | undefined;
  /** Of a normal distribution, of the numbers or with `log` of their logarithms. */
  readonly mean?: number;
  readonly sd?: number;
  /** Of a command's parameter: whole numbers only. The CNN's parameters know what they are. */
  readonly integer?: boolean;
  readonly when?: Readonly<Record<string, WrittenTest>>;
}

/** What a `when` asks of a parameter: a value, one of some, or what stands in a mapping. */
export type WrittenTest = ParameterValue | readonly ParameterValue[] | TestMapping;

export interface TestMapping {
  readonly oneOf?: readonly ParameterValue[];
  readonly not?: ParameterValue | readonly ParameterValue[];
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly above?: number;
  readonly below?: number;
}

/** Parameters with a value each that may go together. */
export type WrittenGroups = readonly Parameters[] | readonly (readonly Parameters[])[];

/**
 * An option of a space's mappings: `value` is how others write what no trial changes.
 * @returns what to write in its place; nothing for another unknown key
 */
const tellSingleValue = {
  error: (issue: { code?: string; keys?: readonly string[] }): string | undefined =>
    issue.code === "unrecognized_keys" && issue.keys?.join() === "value"
      ? "found one `value`, expected the value alone, such as `batchSize: 64`, or a list such as [32, 64]"
      : undefined,
};

/** Of a parameter in a search space. */
interface EntryKind extends ValueKind {
  /** Of its mapping in the JSON schema. */
  readonly id: string;
}

/** What is wanted of one value, for messages, and its schema. */
interface ValueKind {
  readonly schema: z.ZodType<ParameterValue>;
  /** Of what may stand where a list or a mapping would mean something else. */
  readonly scalar: z.ZodType<ParameterValue>;
  readonly describe: string;
}

function kindOf(spec: ParameterSpec): ValueKind {
  const schema = valueSchema(spec);
  return { schema, scalar: schema, describe: describeValue(spec) };
}

export const setSchema: z.ZodType<Parameters> = z
  .strictObject(mapSpecs((spec) => valueSchema(spec).describe(spec.describe).exactOptional()))
  .describe("Parameters fixed for every trial");

const WHEN = "Searched only in trials in which these parameters have one of these values";

/** The id keeps the JSON schema short: one definition for all parameters. */
const whenSchema = z
  .strictObject(mapSpecs((spec) => testSchema(kindOf(spec)).exactOptional()))
  .meta({ id: "condition", description: WHEN });

/** What a condition asks of a parameter whose values are of a kind. */
export function testSchema({ schema, scalar, describe }: ValueKind): z.ZodType<WrittenTest> {
  const values = z.array(schema).min(1, expected("at least one value"));
  const number = z.number(expected("a number"));
  const mapping = z.strictObject({
    oneOf: values.exactOptional().describe("One of these"),
    not: z.union([values, schema]).exactOptional().describe("None of these"),
    atLeast: number.exactOptional(),
    atMost: number.exactOptional(),
    above: number.exactOptional(),
    below: number.exactOptional(),
  });
  return z.union(
    [scalar, values, mapping],
    expected(`${describe}, a list of these, or a mapping such as { atLeast: 2 }`),
  );
}

/** The schemas of the CNN's parameters in a search space. */
export const entrySchemas = mapSpecs((spec, name) =>
  entrySchema(spec, name).describe(spec.describe),
);

/** The search space: every parameter optional. */
export const spaceSchema: z.ZodType<Readonly<Record<string, SpaceEntry>>> = z.strictObject(
  mapSpecs((_, name) => (entrySchemas[name] ?? z.never()).exactOptional()),
);

/** Several parameters at once, value by value. */
export function groupsSchema(row: z.ZodType<Parameters>): z.ZodType<WrittenGroups> {
  const rows = z.array(row).min(1, expected("at least one combination"));
  return z
    .union(
      [rows, z.array(rows).min(1, expected("at least one list"))],
      expected(
        "a list of mappings such as [{ filters: 32, denseUnits: 64 }], or a list of such lists",
      ),
    )
    .describe(
      "Values that go together: each mapping is one choice, combined with the rest of the space",
    );
}

export const cnnGroupsSchema = groupsSchema(setSchema);

function entrySchema(spec: ParameterSpec, name: string): z.ZodType<SpaceEntry> {
  const kind = { ...kindOf(spec), id: `${name}Entry` };
  return spec.kind === "integer" || spec.kind === "real"
    ? spaceEntrySchema(kind, numericShape(numberSchema(spec), stepSchema(spec.kind)), whenSchema)
    : spaceEntrySchema(kind, {}, whenSchema);
}

/** Of a mapping's keys those that make a range. */
export function numericShape(
  number: z.ZodType<number>,
  step: z.ZodType<number>,
): Readonly<Record<string, z.ZodType>> {
  const log = z.union([z.boolean(), z.number()], expected("true, false, or a number such as 2"));
  const any = z.number(expected("a number"));
  return {
    low: number.exactOptional().describe("Least value, included"),
    high: number.exactOptional().describe("Greatest value, included"),
    log: log
      .exactOptional()
      .describe("Uniform in the logarithm; a number such as 2: only low, low x 2, low x 4, ..."),
    step: step.exactOptional().describe("Only low, low + step, low + 2 step, ..."),
    mean: any.exactOptional().describe("Normal instead of uniform; with log: of the logarithms"),
    sd: any.exactOptional().describe("Standard deviation beside `mean`"),
  };
}

/** A list, a mapping, a list of mappings with conditions, or one value. */
export function spaceEntrySchema(
  { schema, scalar, describe, id }: EntryKind,
  numeric: Readonly<Record<string, z.ZodType>>,
  when: z.ZodType,
): z.ZodType<SpaceEntry> {
  const weight = z.number(expected("a number >= 0")).gte(0, expected("a number >= 0"));
  const mapping = z.strictObject(
    {
      values: z
        .array(schema, expected("a list"))
        .min(1, expected("at least one value"))
        .exactOptional()
        .describe("A list, where something stands beside it"),
      weights: z
        .array(weight)
        .exactOptional()
        .describe("How often each of `values` is drawn, beside the others"),
      ...numeric,
      when: when.exactOptional(),
    },
    tellSingleValue,
  );
  const named = mapping.meta({ id });
  const list = z
    .array(z.union([schema, named], expected(describe)), expected("a list"))
    .min(1, expected("at least one value"))
    .superRefine((items, context) => {
      for (const issue of findCaseIssues(items, mapping)) context.addIssue(issue);
    });
  const forms = Object.hasOwn(numeric, "low")
    ? "a list such as [1, 2] or a range {low, high}"
    : "a list such as [a, b]";
  return z.union([list, named, scalar], expected(`${describe}, ${forms}`)) as z.ZodType<SpaceEntry>;
}

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type RawIssue = Exclude<Arguments<z.core.$RefinementCtx["addIssue"]>[0], string>;

/** Where one of a list's mappings has a condition, all of them are no values. */
function findCaseIssues(items: readonly unknown[], mapping: z.ZodType): RawIssue[] {
  if (!items.some((item) => isObject(item) && "when" in item)) return [];
  return items.flatMap((item, at) => {
    const found = isObject(item)
      ? mapping.safeParse(item, { error: describeIssue }).error?.issues
      : undefined;
    return (found ?? []).map((issue) => ({
      ...issue,
      input: item,
      path: [at, ...issue.path],
    })) as RawIssue[];
  });
}

export function stepSchema(kind: NumericSpec["kind"]): z.ZodType<number> {
  const integer = expected("an integer >= 1");
  const real = expected("a number > 0");
  return kind === "integer" ? z.int(integer).min(1, integer) : z.number(real).gt(0, real);
}
