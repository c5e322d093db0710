import * as z from "zod";
import type { ParameterValue } from "../core/study.ts";
import { tellSingleValue, type SpaceEntry, type WrittenParameters } from "./parameter-schema.ts";
import { integer, text } from "./placement-schema.ts";
import { expected } from "./schema-issues.ts";
import { sharedShape } from "./study-schema.ts";

/** A parameter of a command, as it may stand in `{{name}}`. */
const nameSchema = text(
  /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/,
  "a name: letters, digits, `_`, `.` or `-`, the first a letter or `_`",
);

const valueSchema: z.ZodType<ParameterValue> = z
  .union(
    [z.string().regex(/^[^\0]*$/), z.number(), z.boolean()],
    expected("a text, a number, true or false"),
  )
  .meta({ id: "value" });

const parametersSchema: z.ZodType<WrittenParameters> = z
  .record(nameSchema, valueSchema)
  .meta({ id: "parameters" });

const listSchema = z.array(valueSchema, expected("a list")).min(1, expected("at least one value"));
const numberSchema = z.number(expected("a number"));

/** A parameter of a command's search space: whatever the command takes. */
export const commandEntrySchema: z.ZodType<SpaceEntry> = z.union(
  [
    listSchema,
    z.strictObject(
      {
        values: listSchema.optional().describe("A list, where a condition stands beside it"),
        low: numberSchema.optional().describe("Least value, included"),
        high: numberSchema.optional().describe("Greatest value, included"),
        log: z.boolean().optional().describe("Uniform in the logarithm"),
        step: z
          .number(expected("a number > 0"))
          .gt(0, expected("a number > 0"))
          .optional()
          .describe("Only low, low + step, low + 2 step, ..."),
        integer: z.boolean().optional().describe("Whole numbers only"),
        when: parametersSchema
          .optional()
          .describe("Searched only in trials where these parameters have these values"),
      },
      tellSingleValue,
    ),
  ],
  expected("a list such as [1, 2] or a range {low, high}"),
);

const word = text(/^[^\0]*$/, "a text, in quotes if it holds {{...}} or looks like a number");

const trainerSchema = z.strictObject({
  kind: z.literal("command").default("command").describe("May be left out beside `command`"),
  command: z
    .array(word, expected("a list: the program and its arguments, such as [python, train.py]"))
    .min(1, expected("a program and its arguments"))
    .describe("Program and arguments, never read by a shell; {{name}} stands for a value"),
  version: integer(1, 1_000_000)
    .default(1)
    .describe("Raise it when the same parameters would train otherwise: all trials are new then"),
  epochs: integer(1, 100_000).default(1).describe("Most epochs a trial may train: {{epochs}}"),
  set: parametersSchema.prefault({}).describe("Parameters fixed for every trial"),
});

const objectiveSchema = z.strictObject({
  metric: text(/^[^\p{Cc}]+$/u, "the name of a metric that the command reports").describe(
    "What trials are ranked by: a name in the command's result",
  ),
  direction: z.enum(["maximize", "minimize"]).describe("Which way is better"),
});

const { study, data, ...others } = sharedShape;

/** A study whose trainer is a command. */
export const commandStudySchema = z.strictObject({
  study,
  objective: objectiveSchema,
  data: data
    .optional()
    .describe("Packed data set; may be left out, then the command brings its own data"),
  trainer: trainerSchema,
  space: z
    .record(nameSchema, commandEntrySchema)
    .describe("What is searched: parameter -> list or range"),
  ...others,
});

export type WrittenCommandStudy = z.output<typeof commandStudySchema>;
