import * as z from "zod";
import type { Parameters, ParameterValue } from "../core/study.ts";
import { anyRequireSchema, objectivesSchema } from "./goals-schema.ts";
import { rangeEntrySchema, stepSchema } from "./space-schema.ts";
import { integer, text } from "./placement-schema.ts";
import { describeUnknown, expected, type IssueAt } from "./schema-issues.ts";
import { sharedShape } from "./study-schema.ts";
import type { Issue } from "../core/errors.ts";
import { COMMAND_VALUES, listPlaceholders } from "../core/trainer-command.ts";

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

const parametersSchema: z.ZodType<Parameters> = z
  .record(nameSchema, valueSchema)
  .meta({ id: "parameters" });

/** A parameter of a command's search space: whatever the command takes. */
export const commandEntrySchema = rangeEntrySchema(
  valueSchema,
  z.number(expected("a number")),
  stepSchema("real"),
  {
    integer: z.boolean().exactOptional().describe("Whole numbers only"),
    when: parametersSchema
      .exactOptional()
      .describe("Searched only in trials where these parameters have these values"),
  },
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

const metricSchema = text(/^[^\p{Cc}]+$/u, "the name of a metric that the command reports");

const objectiveSchema = z.strictObject({
  metric: metricSchema.describe("What trials are ranked by: a name in the command's result"),
  direction: z
    .enum(["maximize", "minimize"])
    .exactOptional()
    .describe("Which way is better; may be left out of what bsweep reckons of the hold-out"),
});

const { study, data, ...others } = sharedShape;

/** A study whose trainer is a command. */
export const commandStudySchema = z.strictObject({
  study,
  objective: objectiveSchema.exactOptional(),
  objectives: objectivesSchema(objectiveSchema).exactOptional(),
  require: anyRequireSchema(metricSchema).exactOptional(),
  data: data
    .exactOptional()
    .describe("Packed data set; may be left out, then the command brings its own data"),
  trainer: trainerSchema,
  space: z
    .record(nameSchema, commandEntrySchema)
    .describe("What is searched: parameter -> list or range"),
  ...others,
});

export type WrittenCommandStudy = z.output<typeof commandStudySchema>;

/** Of COMMAND_VALUES, what a study without data has not. */
const OF_DATA: readonly string[] = ["data", "holdout", "rows", "probabilities"];

/**
 * Words that ask for what there is not.
 * @param scope names of all parameters, whether their entries are sound or not
 */
export function checkCommand(
  command: readonly string[],
  { parameters, hasData }: { readonly parameters: readonly string[]; readonly hasData: boolean },
  issueAt: IssueAt,
): Issue[] {
  return command.flatMap((word, index) =>
    listPlaceholders(word).flatMap(({ text, name, isParameter }) => {
      const known = text.includes("param:")
        ? parameters
        : [...parameters, ...Object.keys(COMMAND_VALUES)];
      const at = (message: string): Issue[] => [issueAt(["trainer", "command", index], message)];
      if (isParameter && !parameters.includes(name))
        return at(`${text}: ${describeUnknown("value", name, known)}`);
      if (!isParameter && !hasData && OF_DATA.includes(name))
        return at(`found ${text}, but the study has no \`data\``);
      return [];
    }),
  );
}

/** Names that every object of JavaScript has, and that would be mistaken for parameters. */
export function checkNames(
  names: readonly string[],
  path: readonly string[],
  issueAt: IssueAt,
): Issue[] {
  return names
    .filter((name) => name in {})
    .map((name) => issueAt([...path, name], `found the name \`${name}\`, expected another one`));
}
