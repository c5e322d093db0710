import * as z from "zod";
import type { ArtifactRule } from "../core/artifacts.ts";
import { LAUNCHERS } from "../core/placement.ts";
import type { Setting } from "../core/setting.ts";
import type { Pruning } from "../core/pruning.ts";
import type { Search } from "../core/search.ts";
import { type Dimension, PRECISIONS, type SearchSpace } from "../core/study.ts";
import { ARGS_STYLES } from "../core/args-style.ts";
import { parametersSchema, parameterValueSchema } from "./manifest.ts";
import { formatJson, jsonReader, type Read } from "./issues.ts";

/**
 * `canary`: one trial, whose time says how many fit into an element (`trialsPerElement: auto`). `retry`: trials of
 * earlier rounds that failed or left nothing, with their next attempt. `promotion`: pruned ones, to be trained to their end.
 * `finalists`: the best again, with other seeds.
 */
const ROUND_KINDS = [
  ...(["initial", "extension", "canary", "retry", "promotion", "finalists"] as const),
] as const;
export type RoundKind = (typeof ROUND_KINDS)[number];

/** A name that is no path. */
const plainName = z.string().regex(/^[A-Za-z0-9._-]+$/);
const count = z.int().min(1);

const clusterSchema = z.strictObject({
  site: z.string(),
  scheduler: plainName,
  /** LSF's; "" elsewhere. */
  jobGroup: z.string(),
  concurrencyLimit: count,
  image: z.string(),
  resultGraceSeconds: z.int().min(0),
  gpu: z
    .strictObject({
      count,
      model: z.string().exactOptional(),
      memoryMiB: count.exactOptional(),
      shared: z.boolean(),
    })
    .nullable(),
  /** Set: each array is a parallel job whose tasks take the manifest's elements. */
  pool: z
    .strictObject({
      slots: count,
      slotsPerHost: count.exactOptional(),
      walltimeSeconds: count,
      launcher: z.enum(LAUNCHERS).exactOptional(),
    })
    .nullable(),
  excludeHosts: z.array(z.string()),
});

const settingSchema: z.ZodType<Setting> = z.strictObject({
  trainer: z.strictObject({ name: z.string(), revision: z.int().min(0) }),
  precision: z.enum(PRECISIONS),
  datasetDigest: z.string(),
  holdout: z.strictObject({ fraction: z.number().min(0).lt(1), seed: z.int().min(0) }),
  rows: count.exactOptional(),
});

const objectiveSchema = z.strictObject({
  metric: z.string(),
  direction: z.enum(["maximize", "minimize"]),
});

const datasetSchema = z.strictObject({
  /** Relative to the workspace. */
  path: z.string(),
  digest: z.string(),
  /** Fraction and seed of the hold-out and of the split of what is left. */
  holdout: z.strictObject({ fraction: z.number().gt(0).lt(1), seed: z.int().min(0) }),
  /** So many of the rows that are not held out are used; absent: all of them. */
  rows: count.exactOptional(),
});

const rangeShape = {
  ...{ low: z.number(), high: z.number(), log: z.boolean() },
  normal: z.strictObject({ mean: z.number(), sd: z.number() }).exactOptional(),
};

const testSchema = z.strictObject({
  oneOf: z.array(parameterValueSchema).exactOptional(),
  noneOf: z.array(parameterValueSchema).exactOptional(),
  atLeast: z.number().exactOptional(),
  atMost: z.number().exactOptional(),
  above: z.number().exactOptional(),
  below: z.number().exactOptional(),
});

const dimensionSchema: z.ZodType<Dimension> = z.strictObject({
  name: z.string(),
  distribution: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("categorical"),
      values: z.array(parameterValueSchema),
      weights: z.array(z.number()).exactOptional(),
    }),
    z.strictObject({ kind: z.literal("real"), ...rangeShape, step: z.number().exactOptional() }),
    z.strictObject({ kind: z.literal("integer"), ...rangeShape, step: z.number() }),
  ]),
  when: z.record(z.string(), testSchema).exactOptional(),
});

const spaceSchema: z.ZodType<SearchSpace> = z.strictObject({
  dimensions: z.array(dimensionSchema),
  constraints: z.array(z.strictObject({ expression: z.string(), fixed: parametersSchema })),
});

/** Of trials that choose their parameters when they start (core/search.ts). */
const searchSchema: z.ZodType<Search> = z.strictObject({
  sampler: z.strictObject({
    kind: z.string(),
    seed: z.int().min(0),
    settings: z.record(z.string(), z.number()),
  }),
  space: spaceSchema,
  set: parametersSchema,
  within: z.string(),
  history: z.string(),
  stop: z
    .strictObject({
      target: z.number().exactOptional(),
      patience: count.exactOptional(),
      cpuHours: z.number().gt(0).exactOptional(),
    })
    .exactOptional(),
});

/** Of trials that are stopped early (core/pruning.ts). */
const pruningSchema: z.ZodType<Pruning> = z.strictObject({
  kind: z.string(),
  minResource: count,
  reductionFactor: z.int().min(2),
  metric: z.string(),
  direction: z.enum(["maximize", "minimize"]),
  keepCheckpoints: z.boolean(),
  within: z.string(),
});

const artifactsSchema: z.ZodType<ArtifactRule> = z.strictObject({
  keep: z.union([count, z.literal("all")]),
  within: z.string(),
});

/** A trainer other than the built-in one (CommandSetup): what is written has placeholders. */
const commandSchema = z.strictObject({
  kind: z.literal("command"),
  command: z.array(z.string()).min(1),
  argsStyle: z
    .strictObject({
      separator: z.enum(ARGS_STYLES.separator).exactOptional(),
      names: z.enum(ARGS_STYLES.names).exactOptional(),
      booleans: z.enum(ARGS_STYLES.booleans).exactOptional(),
      lists: z.enum(ARGS_STYLES.lists).exactOptional(),
      prefix: z.enum(ARGS_STYLES.prefix).exactOptional(),
    })
    .exactOptional(),
  env: z.record(z.string(), z.string()).exactOptional(),
  cwd: z.string().exactOptional(),
  metrics: z.record(z.string(), z.string()).exactOptional(),
  metricsFile: z.string().exactOptional(),
  /** What the best of the steps is kept of. */
  best: z.array(objectiveSchema).exactOptional(),
});

/** File names are relative to the round's folder. */
const arraySchema = z.strictObject({
  /** From 1; 0 is the canary: one element with the round's first trial, which the others wait for. */
  array: z.int().min(0),
  elements: count,
  jobName: z.string(),
  manifest: plainName,
  script: plainName,
});

/** What bsweep 0.1.0 did not write down has a default. */
const roundSchema = z.strictObject({
  schemaVersion: z.literal(1),
  study: z.string(),
  /** From 1. */
  round: count,
  kind: z.enum(ROUND_KINDS),
  /** Random hex, part of the job names, so that two rounds are never mistaken for one another. */
  nonce: z.string(),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  objective: objectiveSchema,
  /** What the best of its trials must keep to; absent where nothing is required. */
  requirements: z
    .array(
      z.strictObject({
        metric: z.string(),
        atMost: z.number().exactOptional(),
        atLeast: z.number().exactOptional(),
      }),
    )
    .exactOptional(),
  /** What its trials compare within; null in rounds of bsweep 0.1.0 (rounds/setting.ts finds it out). */
  setting: settingSchema.nullable().default(null),
  /** Null for a command that brings its own data. */
  dataset: datasetSchema.nullable(),
  trainer: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("cnn"), precision: z.enum(PRECISIONS).default("float32") }),
    commandSchema,
  ]),
  limits: z.strictObject({
    cpus: count,
    memoryMiB: count,
    walltimeSeconds: count,
    /** Between a trial's checkpoints; 0: after each epoch, null: none. */
    checkpointSeconds: z.number().min(0).nullable().default(null),
  }),
  /** Where it runs; null in rounds of bsweep 0.1.0, which did not write it down. */
  cluster: clusterSchema.nullable().default(null),
  /** Absent where all trials have their parameters. */
  search: searchSchema.exactOptional(),
  /** Absent where no trial is stopped early. */
  pruning: pruningSchema.exactOptional(),
  /** Absent where nothing is kept beside results (core/artifacts.ts). */
  artifacts: artifactsSchema.exactOptional(),
  arrays: z.array(arraySchema),
  /** Distinct trials: the canary's stands in the first array too. */
  trials: count,
  /** File as named by the user -> SHA-256 of the bytes that went into the round. */
  inputs: z.record(z.string(), z.string()),
});

/** What all elements of a round share; stands in round.json beside the manifests. */
export type Round = Read<z.output<typeof roundSchema>>;
/** What is needed to ask for a round's jobs and to steer them, whatever the study file says by now. */
export type RoundCluster = Read<z.output<typeof clusterSchema>>;
export type RoundDataset = Read<z.output<typeof datasetSchema>>;
/** One job array of a round. */
export type RoundArray = Read<z.output<typeof arraySchema>>;

/** Reads a round.json. @throws BsweepError INVALID_MANIFEST */
export const parseRoundFile = jsonReader(roundSchema, {
  code: "INVALID_MANIFEST",
  what: "round file",
  hint: "it is written by bsweep generate; generate the round again",
});

export const formatRoundFile: (round: Round) => string = formatJson;
