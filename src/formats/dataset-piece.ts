import * as z from "zod";
import { MAX_CLASSES, packedFileSchema } from "./dataset-header.ts";
import { formatJson, jsonReader, type Read } from "./issues.ts";
import { name } from "./placement-schema.ts";

/** One job array's worth. */
export const MAX_SHARDS = 1000;

/** The largest time a Date can hold. */
const MAX_TIME_MS = 8.64e15;

const size = z.int().min(1);
const shardNumber = size.max(MAX_SHARDS);

const sourceSchema = z.strictObject({
  /** As the user named it. */
  file: z.string(),
  bytes: z.int().min(0),
  /** Modification time, milliseconds since 1970. */
  modifiedMs: z.number().min(-MAX_TIME_MS).max(MAX_TIME_MS),
});

/** A file the rows came from. Pieces of one data set must have seen the same one. */
export type SourceFile = Read<z.output<typeof sourceSchema>>;

const pieceSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** From 1. */
  shard: shardNumber,
  shards: shardNumber,
  sources: z.array(sourceSchema).min(1),
  height: size,
  width: size,
  channels: size,
  /** Number of classes asked for; null: the largest label decides. */
  classes: size.max(MAX_CLASSES).nullable(),
  /** Rows; may be 0 when there are more shards than rows. */
  count: z.int().min(0),
  /** What the bytes of the labels stand for; absent: numbers of classes. */
  labelValues: z.array(z.string()).max(MAX_CLASSES).optional(),
  /** Whether these are all classes in the order in which they are numbered. */
  ordered: z.literal(true).optional(),
  /** Rows of each label's byte 0 .. 255; null without labels. */
  labelCounts: z.array(z.int().min(0)).length(MAX_CLASSES).nullable(),
  images: packedFileSchema,
  labels: packedFileSchema.nullable(),
});

/** `piece.json`: what one shard packed. Its files are the rows of the data set in order. */
export type DatasetPiece = Read<z.output<typeof pieceSchema>>;

/** @throws BsweepError INVALID_DATA with every issue */
export const parseDatasetPiece = jsonReader(pieceSchema, {
  code: "INVALID_DATA",
  what: "piece of a data set",
  hint: "pack this piece again with bsweep prepare --shard",
});

export function formatDatasetPiece(piece: DatasetPiece): string {
  return `${JSON.stringify(piece)}\n`;
}

const preparationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Random, part of the job names. */
  nonce: z.string().regex(/^[0-9a-f]+$/),
  createdAt: z.iso.datetime(),
  bsweep: z.string(),
  /** Absolute folder of the data set. */
  to: z.string().startsWith("/"),
  /** Pieces: elements of the array that packs them. */
  shards: shardNumber,
  site: z.string(),
  scheduler: name(),
  /** SHA-256 of everything that was asked for, the size and time of the source files among it. */
  request: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A data set that jobs pack: `preparation.json` beside their scripts. */
export type Preparation = Read<z.output<typeof preparationSchema>>;

/** @throws BsweepError WORKSPACE with every issue */
export const parsePreparation = jsonReader(preparationSchema, {
  code: "WORKSPACE",
  what: "description of a data set's jobs",
  hint: "it is written by bsweep prepare; with --overwrite that writes the jobs anew",
});

export const formatPreparation: (preparation: Preparation) => string = formatJson;
