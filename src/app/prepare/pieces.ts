import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, type Issue } from "../../core/errors.ts";
import { MAX_CLASSES } from "../../formats/dataset-header.ts";
import {
  formatDatasetPiece,
  parseDatasetPiece,
  type DatasetPiece,
} from "../../formats/dataset-piece.ts";
import { withFolderBeside } from "../../workspace/atomic.ts";
import { createPackedFile, IMAGES_FILE, LABELS_FILE } from "../../workspace/packed-dataset.ts";
import {
  MAX_ISSUES,
  unreadable,
  type OpenSource,
  type PieceNumber,
  type RowSink,
} from "./source.ts";
import { readPlainFile } from "../../workspace/folder.ts";

const PIECE_FILE = "piece.json";

/** Where the pieces of the data set `to` wait to be merged. */
export function piecesFolder(to: string): string {
  return `${to}.shards`;
}

/** The folder of one piece. */
export function pieceName({ shard, shards }: PieceNumber): string {
  return `${shard}-of-${shards}`;
}

export interface PieceOptions {
  /** Number of classes asked for; null: any label 0 .. 255. */
  readonly classes: number | null;
  readonly to: string;
  /** Told how many bytes of how many are done; may throw to stop. */
  readonly advance: RowSink["advance"];
  /** Shown the images, as they are written. */
  readonly see?: ((block: Uint8Array) => void) | undefined;
}

/** Packs one piece into a folder of its own, which appears whole or not at all. */
export async function writePiece(
  source: OpenSource,
  piece: PieceNumber,
  { classes, to, advance, see }: PieceOptions,
): Promise<void> {
  await withFolderBeside(join(piecesFolder(to), pieceName(piece)), async (folder, publish) => {
    const images = createPackedFile(folder, IMAGES_FILE);
    const labels = source.labelled ? createPackedFile(folder, LABELS_FILE) : undefined;
    const labelCounts = Array.from({ length: MAX_CLASSES }, () => 0);
    try {
      const labelValues = await source.readPiece(piece, classes, {
        writeImages: (block) => {
          images.write(block);
          see?.(block);
        },
        writeLabels: (block) => {
          for (const label of block) labelCounts[label] = (labelCounts[label] ?? 0) + 1;
          labels?.write(block);
        },
        advance,
      });
      const packed = images.finish();
      const { height, width, channels } = source.shape;
      const header: DatasetPiece = {
        ...{ schemaVersion: 1, ...piece, sources: source.files },
        ...{ height, width, channels, classes, count: packed.bytes / (height * width * channels) },
        ...(labels === undefined || labelValues === undefined ? {} : { labelValues }),
        ...(source.ordered === true ? { ordered: true } : {}),
        labelCounts: labels === undefined ? null : labelCounts,
        images: packed,
        labels: labels?.finish() ?? null,
      };
      writeFileSync(join(folder, PIECE_FILE), formatDatasetPiece(header));
    } finally {
      images.close();
      labels?.close();
    }
    publish();
  });
}

/** A piece that is there. */
export interface FoundPiece extends DatasetPiece {
  readonly folder: string;
}

/**
 * Reads the headers of all pieces, in order, and checks that they belong together: none missing, none too
 * many, one source, one shape.
 * @throws BsweepError INVALID_DATA with everything that does not fit
 */
export function readPieces(to: string): readonly [FoundPiece, ...FoundPiece[]] {
  const parent = piecesFolder(to);
  const names = existsSync(parent) ? readdirSync(parent) : [];
  const pieces = names
    .filter((name) => /^\d+-of-\d+$/.test(name))
    .map((name) => readPiece(join(parent, name)));
  const [first, ...others] = pieces.sort((a, b) => a.shard - b.shard);
  const hint = "pack each piece with bsweep prepare --shard I/N, all with the same options";
  if (first === undefined) {
    throw new BsweepError("INVALID_DATA", `there are no pieces in ${parent}`, { hint });
  }
  const issues = [...others.flatMap((piece) => compare(first, piece)), ...findMissing(pieces)];
  if (issues.length === 0) return [first, ...others];
  const message = `the pieces in ${parent} do not make a data set`;
  throw new BsweepError("INVALID_DATA", message, { issues: issues.slice(0, MAX_ISSUES), hint });
}

function readPiece(folder: string): FoundPiece {
  const file = join(folder, PIECE_FILE);
  let text: string;
  try {
    text = readPlainFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  return { ...parseDatasetPiece(text, file), folder };
}

function compare(first: FoundPiece, piece: FoundPiece): Issue[] {
  const describe = ({ shards, height, width, channels, classes, labels }: FoundPiece): string =>
    `${shards} pieces of ${height} x ${width} x ${channels}, classes ${classes ?? "as found"}, ` +
    (labels === null ? "no labels" : "labels");
  const describeSources = ({ sources }: FoundPiece): string =>
    sources
      .map(({ bytes, modifiedMs }) => `${bytes} bytes of ${new Date(modifiedMs).toISOString()}`)
      .join(" and ");
  return [describe, describeSources].flatMap((tell): Issue[] => {
    const found = tell(piece);
    const expected = tell(first);
    const message = `found ${found}, expected ${expected} as in ${first.folder}`;
    return found === expected ? [] : [{ file: piece.folder, path: "", message }];
  });
}

function findMissing(pieces: readonly FoundPiece[]): Issue[] {
  const shards = pieces[0]?.shards ?? 0;
  const present = new Set(pieces.map(({ shard }) => shard));
  return Array.from({ length: shards }, (_, at) => at + 1)
    .filter((shard) => !present.has(shard))
    .map((shard) => ({
      file: join(pieces[0]?.folder ?? "", "..", pieceName({ shard, shards })),
      path: "",
      message: "found no such piece",
    }));
}
