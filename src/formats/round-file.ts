import * as z from "zod";
import { PRECISIONS } from "../core/study.ts";
import { LAUNCHERS } from "../core/placement.ts";
import { ROUND_KINDS, type Round, type RoundCluster } from "../core/round.ts";
import type { Setting } from "../core/setting.ts";
import { parseJson } from "./issues.ts";

/** A name that is no path. */
const plainName = z.string().regex(/^[A-Za-z0-9._-]+$/);

const clusterSchema: z.ZodType<RoundCluster> = z.strictObject({
  site: z.string(),
  scheduler: plainName,
  jobGroup: z.string(),
  concurrencyLimit: z.int().min(1),
  image: z.string(),
  resultGraceSeconds: z.int().min(0),
  gpu: z
    .strictObject({
      count: z.int().min(1),
      model: z.string().exactOptional(),
      memoryMiB: z.int().min(1).exactOptional(),
      shared: z.boolean(),
    })
    .nullable(),
  pool: z
    .strictObject({
      slots: z.int().min(1),
      slotsPerHost: z.int().min(1).exactOptional(),
      walltimeSeconds: z.int().min(1),
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
});

/** What bsweep 0.1.0 did not write down has a default. */
const roundSchema: z.ZodType<Round> = z.strictObject({
  schemaVersion: z.literal(1),
  study: z.string(),
  round: z.int().min(1),
  kind: z.enum(ROUND_KINDS),
  nonce: z.string(),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  objective: z.strictObject({ metric: z.string(), direction: z.enum(["maximize", "minimize"]) }),
  setting: settingSchema.nullable().default(null),
  dataset: z
    .strictObject({
      path: z.string(),
      digest: z.string(),
      holdout: z.strictObject({ fraction: z.number().gt(0).lt(1), seed: z.int().min(0) }),
    })
    .nullable(),
  trainer: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("cnn"), precision: z.enum(PRECISIONS).default("float32") }),
    z.strictObject({ kind: z.literal("command"), command: z.array(z.string()).min(1) }),
  ]),
  limits: z.strictObject({
    cpus: z.int().min(1),
    memoryMiB: z.int().min(1),
    walltimeSeconds: z.int().min(1),
    checkpointSeconds: z.number().min(0).nullable().default(null),
  }),
  cluster: clusterSchema.nullable().default(null),
  arrays: z.array(
    z.strictObject({
      array: z.int().min(0),
      elements: z.int().min(1),
      jobName: z.string(),
      manifest: plainName,
      script: plainName,
    }),
  ),
  trials: z.int().min(1),
  inputs: z.record(z.string(), z.string()),
});

/** Reads a round.json. @throws BsweepError INVALID_MANIFEST */
export function parseRoundFile(text: string, file: string): Round {
  return parseJson(text, { file }, roundSchema, {
    code: "INVALID_MANIFEST",
    what: "round file",
    hint: "it is written by bsweep generate; generate the round again",
  });
}

export function formatRoundFile(round: Round): string {
  return `${JSON.stringify(round, null, 2)}\n`;
}
