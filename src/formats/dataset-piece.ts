import * as z from "zod";
import type { PackedFile } from "../core/dataset.ts";
import { MAX_CLASSES, packedFileSchema } from "./dataset-header.ts";
import { parseJson } from "./issues.ts";

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
