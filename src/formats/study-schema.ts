import * as z from "zod";
import { dropAbsent } from "../core/objects.ts";
import { parseCheckpointSeconds } from "../core/quantities.ts";
import { COST_NAMES, type Cost, isCost } from "../core/costs.ts";
import { HOLDOUT_METRICS } from "../core/holdout-metrics.ts";
import { type Objective, PRECISIONS, type SamplerSpec } from "../core/study.ts";
import { PRUNERS } from "../pruners/index.ts";
import { PRUNER_KEYS } from "../pruners/pruner.ts";
import { SAMPLERS } from "../samplers/index.ts";
import { namedRequireSchema, objectivesSchema } from "./goals-schema.ts";
import { cnnGroupsSchema, setSchema, spaceSchema } from "./space/schema.ts";
import {
  duration,
  gpuSchema,
  integer,
  name,
  placementShape,
  poolSchema,
  quantity,
  size,
  text,
} from "./placement-schema.ts";
import { expected } from "./schema-issues.ts";

/** What the built-in trainer measures that a study may rank by, and which way is better. */
export const METRICS = {
  holdoutAccuracy: "maximize",
  holdoutLoss: "minimize",
  holdoutMacroF1: "maximize",
  validationAccuracy: "maximize",
  validationLoss: "minimize",
  ...HOLDOUT_METRICS,
} as const;

/** Of these, what it tells after each epoch. */
export const STEP_METRICS = ["validationAccuracy", "validationLoss"] as const;

type Metric = keyof typeof METRICS;

const metrics = Object.keys(METRICS) as Metric[];

const direction = z.enum(["maximize", "minimize"]).exactOptional();

const objectiveSchema = z
  .strictObject({
    metric: z.enum(metrics).default("holdoutAccuracy").describe("What trials are ranked by"),
    direction: direction.describe(
      "maximize for accuracies, F1 and auc, minimize for losses; may be left out",
    ),
  })
  .prefault({});

const furtherSchema = z.strictObject({
  metric: z.enum([...metrics, ...COST_NAMES]).describe("Of the trainer, or a cost"),
  direction: direction.describe("What the metric needs, minimize for costs; may be left out"),
});

/** Which way is better, of metrics and costs. */
export function directionOf(metric: Metric | Cost): Objective["direction"] {
  return isCost(metric) ? "minimize" : METRICS[metric];
}

const rows = expected("a number of rows, 2 or more, or a fraction between 0 and 1");

function folder() {
  return text(/^[^\p{Cc}]+$/u, "a folder made by `bsweep prepare`");
}

const dataSchema = z.strictObject({
  train: folder().describe(
    "Folder of the packed data set that trials train on, relative to the workspace",
  ),
  test: folder()
    .exactOptional()
    .describe("Folder of a data set that only refitted models are judged on, once"),
  holdout: z
    .number(expected("a fraction between 0 and 1"))
    .gt(0, expected("a fraction between 0 and 1"))
    .lt(1, expected("a fraction between 0 and 1"))
    .default(0.1)
    .describe("Fraction of the rows no trial trains on; the objective is measured on them"),
  rows: z
    .union([z.int(rows).min(2, rows).max(1e9, rows), z.number(rows).gt(0, rows).lt(1, rows)], rows)
    .exactOptional()
    .describe(
      "So many of the other rows, or a fraction of them, trials train on; the hold-out stays",
    ),
});

const trainerSchema = z.strictObject({
  kind: z.literal("cnn").describe("The built-in convolutional network"),
  epochs: integer(1, 100_000).describe("Most epochs a trial may train"),
  precision: z
    .enum(PRECISIONS)
    .default("float32")
    .describe("Of convolutions and matrix products; bfloat16 needs a CPU with AMX or AVX512_BF16"),
  set: setSchema.prefault({}),
});

/** What samplers take beside kind and seed, of whichever kind: `study-checks` looks at which. */
const settingsShape = Object.fromEntries(
  Object.values(SAMPLERS).flatMap(({ settings }) =>
    Object.entries(settings).map(([name, { low, high, describe }]) => [
      name,
      integer(low, high).exactOptional().describe(describe),
    ]),
  ),
);

const samplerSchema = z
  .strictObject({
    kind: z
      .enum(Object.keys(SAMPLERS))
      .default("grid")
      .describe(
        Object.entries(SAMPLERS)
          .map(([kind, { describe }]) => `${kind}: ${describe}`)
          .join("; "),
      ),
    seed: integer(0, 2 ** 31 - 1)
      .default(0)
      .describe("Seed of the study: sampling, hold-out and training"),
    ...settingsShape,
    from: z
      .array(text(/^[^\p{Cc}]+$/u, "the name of a study, of imported trials, or a table"))
      .min(1)
      .exactOptional()
      .describe("Earlier trials to start from: a study, imported trials, or a table (CSV)"),
  })
  .transform(({ kind, seed, from, ...settings }): SamplerSpec => ({
    ...{ kind, seed, settings },
    ...dropAbsent({ from }),
  }))
  .prefault({});

const stopSchema = z
  .strictObject({
    target: z
      .number(expected("a number"))
      .exactOptional()
      .describe("A value of the objective that is good enough"),
    patience: integer(1, 1_000_000)
      .exactOptional()
      .describe("So many trials in a row without a new best"),
    cpuHours: z
      .number(expected("core-hours"))
      .gt(0, expected("core-hours"))
      .exactOptional()
      .describe("Core-hours that the trials have used together"),
  })
  .describe("When trials that have not started are skipped; for samplers that learn");

/** @param metric what may be told at steps */
export function prunerSchema(metric: z.ZodType<string, string>) {
  const { minResource, reductionFactor } = PRUNER_KEYS;
  return z
    .strictObject({
      kind: z.enum(Object.keys(PRUNERS)).describe(
        Object.entries(PRUNERS)
          .map(([kind, { describe }]) => `${kind}: ${describe}`)
          .join("; "),
      ),
      minResource: integer(minResource.low, minResource.high)
        .default(minResource.default)
        .describe(minResource.describe),
      reductionFactor: integer(reductionFactor.low, reductionFactor.high)
        .default(reductionFactor.default)
        .describe(reductionFactor.describe),
      metric: metric
        .exactOptional()
        .describe("What is compared at steps; by default what the objective is measured by then"),
      keepCheckpoints: z
        .boolean()
        .default(false)
        .describe("Whether stopped trials can be run to their end from where they were"),
    })
    .describe("Stops bad trials early");
}

const clusterSchema = z
  .strictObject({
    site: name()
      .default("local")
      .describe("sites/NAME.yaml beside the study, else one that bsweep brings"),
    concurrencyLimit: integer(1, 100_000)
      .default(50)
      .describe("Most elements of the study running at once"),
    jobGroup: text(/^(?:\/[A-Za-z0-9._@+-]+)+$/, "an LSF job group such as /me/study")
      .exactOptional()
      .describe("LSF job group"),
    ...placementShape,
    pool: poolSchema
      .exactOptional()
      .describe("Parallel jobs whose tasks take the elements, in place of job arrays"),
    notify: text(/^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$/, "an address such as me@example.org")
      .exactOptional()
      .describe("Gets one mail when everything has ended"),
  })
  .prefault({});

const resourcesSchema = z
  .strictObject({
    cpus: integer(1, 1024).default(1).describe("CPU cores of an element"),
    memory: size().prefault("4GB").describe("Memory of an element: MB or GB, 1 GB = 1024 MB"),
    walltime: duration()
      .prefault("30m")
      .describe("Most time an element may take, its trials together"),
    gpu: gpuSchema.exactOptional().describe("GPUs of an element; `{}` for one of any model"),
    tmp: size().exactOptional().describe("Room an element needs in its host's /tmp"),
    checkpoint: quantity(parseCheckpointSeconds, "`epoch`, `off` or a time such as 10m")
      .prefault("10m")
      .describe("How often a trial saves its state: a time, `epoch`, or `off`"),
    trialsPerElement: z
      .union([integer(1, 1000), z.literal("auto")], expected("an integer 1 .. 1000, or auto"))
      .default(1)
      .describe("Trials packed into one element, one after another; auto: 15 minutes' worth"),
    maxMemory: size().exactOptional().describe("What `bsweep retry` may raise memory to"),
    maxWalltime: duration().exactOptional().describe("What `bsweep retry` may raise walltime to"),
  })
  .transform(({ memory, walltime, checkpoint, tmp, maxMemory, maxWalltime, ...others }) => ({
    ...others,
    ...{ memoryMiB: memory, walltimeSeconds: walltime, checkpointSeconds: checkpoint },
    ...dropAbsent({ tmpMiB: tmp, maxMemoryMiB: maxMemory, maxWalltimeSeconds: maxWalltime }),
  }))
  .prefault({});

/** The keys that every study has, whatever trains. */
export const sharedShape = {
  study: text(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "at most 64 letters, digits, `.`, `_` or `-`, the first a letter or digit",
  ).describe("Name of the study; it becomes a folder and a job name"),
  data: dataSchema,
  constraints: z
    .array(text(/\S/, 'an expression such as "filters < denseUnits"'))
    .default([])
    .describe("What combinations keep to: expressions in CEL over parameters"),
  sampler: samplerSchema,
  stop: stopSchema.exactOptional(),
  pruner: prunerSchema(z.string()).exactOptional(),
  artifacts: z
    .strictObject({
      keep: z
        .union([integer(1, 100_000), z.literal("all")], expected("an integer 1 .. 100000, or all"))
        .default(5)
        .describe("Of how many of the best trials the files stay, or `all`"),
    })
    .exactOptional()
    .describe("Keeps what trials leave beside their results: the CNN its weights"),
  replicates: integer(1, 1000).default(1).describe("Runs of each combination, with other seeds"),
  cluster: clusterSchema,
  resources: resourcesSchema,
};

const { study, data, ...others } = sharedShape;

/** A study of the CNN as written, before anything is checked that takes two places of it. */
export const studySchema = z.strictObject({
  study,
  objective: objectiveSchema,
  objectives: objectivesSchema(furtherSchema).exactOptional(),
  require: namedRequireSchema([...metrics, ...COST_NAMES]).exactOptional(),
  data,
  trainer: trainerSchema,
  space: spaceSchema.describe("What is searched: parameter -> list or range"),
  together: cnnGroupsSchema.exactOptional(),
  ...others,
  pruner: prunerSchema(z.enum(STEP_METRICS)).exactOptional(),
});

export type WrittenStudy = z.output<typeof studySchema>;
