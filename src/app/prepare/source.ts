import { statSync } from "node:fs";
import { BsweepError, type Issue, isSystemError, messageOf } from "../../core/errors.ts";
import { toKebabCase } from "../../core/objects.ts";
import type { DatasetPiece, SourceFile } from "../../formats/dataset-piece.ts";

/** Where rows come from. Files are named as the user typed them. */
export type ImageSource =
  | {
      readonly kind: "csv";
      readonly csv: string;
      /** Both absent: the images are square. */
      readonly height?: number;
      readonly width?: number;
    }
  | { readonly kind: "idx"; readonly images: string; readonly labels?: string }
  | ({ readonly kind: "from"; readonly from: string } & FromOptions);

/** What a person says of a source that is looked at; what is absent is found out, or asked for by name. */
export interface FromOptions {
  /** File of the labels. */
  readonly labels?: string;
  /** Word in the names of what is taken, such as `test`. */
  readonly part?: string;
  /** Column, or array, of the images. */
  readonly imageColumn?: string;
  /** Column, or array, of the labels; `none`: there are none. */
  readonly labelColumn?: string;
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  /** How the values of a row come: colours of a pixel together, or one image a colour. */
  readonly order?: "hwc" | "chw";
  /** Pixels are multiplied by it. */
  readonly scale?: number;
  /** Size that pictures get, `HEIGHTxWIDTH`. */
  readonly resize?: string;
}

/** A source, and what was said of it, as options of `bsweep prepare`, one word each. */
export function sourceWords(source: ImageSource): string[] {
  return Object.entries(source).flatMap(([name, value]) =>
    name === "kind" ? [] : [`--${toKebabCase(name)}=${value}`],
  );
}

/** One of `shards` equal parts of the work, from 1. */
export type PieceNumber = Pick<DatasetPiece, "shard" | "shards">;

export type ImageShape = Pick<DatasetPiece, "height" | "width" | "channels">;

/** Takes the rows of a piece in order, images and labels each in blocks of any size. */
export interface RowSink {
  writeImages(pixels: Uint8Array): void;
  writeLabels(labels: Uint8Array): void;
  /** Tells progress, and throws when the work is to stop. Called between blocks. */
  advance(doneBytes: number, totalBytes: number): void;
}

/** A source whose form has been checked, ready to be read piece by piece. */
export interface OpenSource {
  /** What it is, in a sentence's words; undefined where a person has said so. */
  readonly found?: string;
  readonly shape: ImageShape;
  readonly labelled: boolean;
  /** Whether labels start with the names of all classes, in the order in which they are numbered. */
  readonly ordered?: boolean;
  readonly files: readonly SourceFile[];
  /**
   * Reads one piece. Pieces 1 .. n in order hold every row once, whatever n is.
   * @param classes labels must be 0 .. classes-1; null: any
   * @returns what the bytes of the labels stand for; undefined: numbers of classes
   * @throws BsweepError INVALID_DATA with the first issues of the piece, in the order of the file
   */
  readPiece(
    piece: PieceNumber,
    classes: number | null,
    sink: RowSink,
  ): Promise<readonly string[] | undefined>;
}

/** More would only scroll the first ones away. */
export const MAX_ISSUES = 20;

export function invalidData(file: string, issues: readonly Issue[], hint?: string): BsweepError {
  return new BsweepError("INVALID_DATA", `${file} cannot be packed`, {
    issues: issues.slice(0, MAX_ISSUES),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** @throws BsweepError INVALID_DATA when the file is missing or no regular file */
export function describeSource(file: string): SourceFile {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new Error("it is no regular file");
    return { file, bytes: stat.size, modifiedMs: stat.mtimeMs };
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(file: string, cause: unknown): BsweepError {
  const reason = isSystemError(cause, "ENOENT") ? "there is no such file" : messageOf(cause);
  return new BsweepError("INVALID_DATA", `cannot read ${file}: ${reason}`, { cause });
}

/** Start of part `shard` when `total` is cut into `shards`: parts differ by one at most. */
export function partStart(total: number, shard: number, shards: number): number {
  return Math.floor((total * (shard - 1)) / shards);
}

export interface PackOptions {
  readonly source: ImageSource;
  /** Absolute folder of the data set. */
  readonly to: string;
  /** Labels must be 0 .. classes-1; null: the largest label decides. At most 256. */
  readonly classes: number | null;
  /** Folder of a data set whose classes these are, by number and name. */
  readonly like?: string;
  readonly signal: AbortSignal;
}

export interface PrepareOptions extends PackOptions {
  /** Parts packed as processes of their own; 1 packs in this one. The result is the same. */
  readonly shards: number;
  /** Replace a data set with another content. */
  readonly force: boolean;
}
