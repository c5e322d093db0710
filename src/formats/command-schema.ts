import * as z from "zod";
import type { Parameters, ParameterValue } from "../core/study.ts";
import { anyRequireSchema, objectivesSchema } from "./goals-schema.ts";
import {
  groupsSchema,
  numericShape,
  spaceEntrySchema,
  stepSchema,
  testSchema,
} from "./space/schema.ts";
import { integer, text } from "./placement-schema.ts";
import { dropAbsent } from "../core/objects.ts";
import { METRICS_FILE_NAME } from "./metrics-file.ts";
import { expected } from "./schema-issues.ts";
import { sharedShape } from "./study-schema.ts";
import { ARGS_STYLES } from "../core/args-style.ts";

/** A parameter of a command, as it may stand in `{{name}}`. */
const nameSchema = text(
  /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/,
  "a name: letters, digits, `_`, `.` or `-`, the first a letter or `_`",
);

const VALUE = "a text, a number, true or false, null, or a list or mapping of these";

const scalarSchema: z.ZodType<ParameterValue> = z.union(
  [
    z.string().regex(/^[^\0]*$/, expected("a text without a NUL")),
    z.number(),
    z.boolean(),
    z.null(),
  ],
  expected("a text, a number, true or false, or null"),
);

/** Of lists in lists, and mappings. */
const nestedSchema: z.ZodType<ParameterValue> = z.lazy(() =>
  z.union(
    [scalarSchema, z.array(nestedSchema), z.record(z.string(), nestedSchema)],
    expected(VALUE),
  ),
);

const valueSchema = nestedSchema.meta({ id: "value" });

const parametersSchema: z.ZodType<Parameters> = z
  .record(nameSchema, valueSchema)
  .meta({ id: "parameters" });

/** A parameter of a command's search space: whatever the command takes. */
export const commandEntrySchema = spaceEntrySchema(
  { schema: valueSchema, scalar: scalarSchema, describe: VALUE, id: "commandEntry" },
  {
    ...numericShape(z.number(expected("a number")), stepSchema("real")),
    integer: z.boolean().exactOptional().describe("Whole numbers only"),
  },
  z
    .record(nameSchema, testSchema({ schema: valueSchema, scalar: scalarSchema, describe: VALUE }))
    .meta({ id: "commandCondition" })
    .describe("Searched only in trials in which these parameters have one of these values"),
);

export const commandGroupsSchema = groupsSchema(parametersSchema);

const word = text(/^[^\0]*$/, "a text, in quotes if it holds {{...}} or looks like a number");

/** One of some ways; the first is the default. */
function way<const T extends readonly string[]>(ways: T, description: string) {
  return z
    .enum(ways)
    .exactOptional()
    .describe(`${description}; by default ${JSON.stringify(ways[0])}`);
}

const argsStyleSchema = z
  .strictObject({
    separator: way(ARGS_STYLES.separator, "--rate=0.1, or --rate 0.1"),
    names: way(ARGS_STYLES.names, "learning_rate as it is, as learning-rate, as learning_rate"),
    booleans: way(ARGS_STYLES.booleans, "--x=true; --x or nothing; --x or --no-x"),
    lists: way(ARGS_STYLES.lists, "--x=1,2; --x=1 --x=2; --x=[1,2]"),
    prefix: way(ARGS_STYLES.prefix, "--x=1, or x=1 as Hydra takes it"),
  })
  .transform((style) => dropAbsent(style));

const metricName = text(/^[^\p{Cc}]{1,200}$/u, "the name of a metric, at most 200 letters");

const environmentSchema = z.record(
  text(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable: letters, digits and `_`"),
  z
    .union([word, z.number(), z.boolean()], expected("a text, a number, true or false"))
    .transform(String),
);

const trainerSchema = z.strictObject({
  kind: z.literal("command").default("command").describe("May be left out beside `command`"),
  command: z
    .array(word, expected("a list: the program and its arguments, such as [python, train.py]"))
    .min(1, expected("a program and its arguments"))
    .describe(
      "Program and arguments, never read by a shell; {{name}} stands for a value, {{args}} for all parameters",
    ),
  argsStyle: argsStyleSchema
    .exactOptional()
    .describe("How {{args}} and {{flag:name}} write parameters"),
  env: environmentSchema
    .exactOptional()
    .describe("Variables of the program's environment; {{name}} stands for a value"),
  cwd: text(/^[^\p{Cc}]+$/u, "a folder")
    .exactOptional()
    .describe("Where the program runs, relative to the workspace; by default there"),
  metrics: z
    .record(metricName, text(/^[^\p{Cc}]{1,1000}$/u, "an expression of 1 .. 1000 letters"))
    .exactOptional()
    .describe("Metric -> the words before its number in the output, or an expression with a group"),
  metricsFile: text(
    METRICS_FILE_NAME,
    "a name that ends with .json, .jsonl, .ndjson or .csv, or a folder of TensorBoard's event files",
  )
    .exactOptional()
    .describe(
      "File, or folder of TensorBoard, that the program writes its metrics to, from where it runs",
    ),
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
  of: z.enum(["last", "best"]).default("last").describe("Which of a trial's steps counts"),
});

export type WrittenCommandObjective = z.output<typeof objectiveSchema>;

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
  together: commandGroupsSchema.exactOptional(),
  ...others,
});

export type WrittenCommandStudy = z.output<typeof commandStudySchema>;
