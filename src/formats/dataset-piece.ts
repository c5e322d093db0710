import * as z from "zod";
import type { PackedFile } from "../core/dataset.ts";
import { MAX_CLASSES, packedFileSchema } from "./dataset-header.ts";
import { parseJson } from "./issues.ts";
import type { SchedulerName } from "../core/site.ts";
import { name } from "./placement-schema.ts";

/** A file the rows came from. Pieces of one data set must have seen the same one. */
export interface SourceFile {
  /** As the user named it. */
  readonly file: string;
  readonly bytes: number;
  /** Modification time, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** `piece.json`: what one shard packed. Its files are the rows of the data set in order. */
export interface DatasetPiece {
  readonly schemaVersion: 1;
  /** From 1. */
  readonly shard: number;
  readonly shards: number;
  readonly sources: readonly SourceFile[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of classes asked for; null: the largest label decides. */
  readonly classes: number | null;
  /** Rows; may be 0 when there are more shards than rows. */
  readonly count: number;
  /** Rows of each label 0 .. 255; null without labels. */
  readonly labelCounts: readonly number[] | null;
  readonly images: PackedFile;
  readonly labels: PackedFile | null;
}

/** One job array's worth. */
export const MAX_SHARDS = 1000;

const size = z.int().min(1);
const shardNumber = size.max(MAX_SHARDS);
/** The largest time a Date can hold. */
const MAX_TIME_MS = 8.64e15;
const sourceSchema = z.strictObject({
  file: z.string(),
  bytes: z.int().min(0),
  modifiedMs: z.number().min(-MAX_TIME_MS).max(MAX_TIME_MS),
});

const pieceSchema: z.ZodType<DatasetPiece> = z.strictObject({
  schemaVersion: z.literal(1),
  shard: shardNumber,
  shards: shardNumber,
  sources: z.array(sourceSchema).min(1),
  height: size,
  width: size,
  channels: size,
  classes: size.max(MAX_CLASSES).nullable(),
  count: z.int().min(0),
  labelCounts: z.array(z.int().min(0)).length(MAX_CLASSES).nullable(),
  images: packedFileSchema,
  labels: packedFileSchema.nullable(),
});

/** @throws BsweepError INVALID_DATA with every issue */
export function parseDatasetPiece(text: string, file: string): DatasetPiece {
  return parseJson(text, { file }, pieceSchema, {
    code: "INVALID_DATA",
    what: "piece of a data set",
    hint: "pack this piece again with bsweep prepare --shard",
  });
}

export function formatDatasetPiece(piece: DatasetPiece): string {
  return `${JSON.stringify(piece)}\n`;
}

/** A data set that jobs pack: `preparation.json` beside their scripts. */
export interface Preparation {
  readonly schemaVersion: 1;
  /** Random hex, part of the job names. */
  readonly nonce: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly bsweep: string;
  /** Absolute folder of the data set. */
  readonly to: string;
  /** Pieces: elements of the array that packs them. */
  readonly shards: number;
  readonly site: string;
  readonly scheduler: SchedulerName;
  /** SHA-256 of everything that was asked for, the size and time of the source files among it. */
  readonly request: string;
}

const preparationSchema: z.ZodType<Preparation> = z.strictObject({
  schemaVersion: z.literal(1),
  nonce: z.string().regex(/^[0-9a-f]+$/),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  to: z.string().startsWith("/"),
  shards: z.int().min(1).max(MAX_SHARDS),
  site: z.string(),
  scheduler: name(),
  request: z.string().regex(/^[0-9a-f]{64}$/),
});

/** @throws BsweepError WORKSPACE with every issue */
export function parsePreparation(text: string, file: string): Preparation {
  return parseJson(text, { file }, preparationSchema, {
    code: "WORKSPACE",
    what: "description of a data set's jobs",
    hint: "it is written by bsweep prepare; with --overwrite that writes the jobs anew",
  });
}

export function formatPreparation(preparation: Preparation): string {
  return `${JSON.stringify(preparation, null, 2)}\n`;
}
