import { formatCount, plural } from "../../core/quantities.ts";
import type { Issue } from "../../core/errors.ts";
import { openIdxFile, readIdxRows, type IdxFile } from "./idx-file.ts";
import {
  invalidData,
  MAX_ISSUES,
  partStart,
  type ImageShape,
  type ImageSource,
  type OpenSource,
  type PieceNumber,
  type RowSink,
} from "./source.ts";

/**
 * Opens images and labels in MNIST's form. A piece is a range of rows.
 * @throws BsweepError INVALID_DATA
 */
export async function openIdxSource(
  source: Extract<ImageSource, { kind: "idx" }>,
): Promise<OpenSource> {
  const images = await openIdxFile(source.images, "images");
  const labels =
    source.labels === undefined ? undefined : await openIdxFile(source.labels, "labels");
  if (labels !== undefined && labels.header.count !== images.header.count) {
    const message = `found ${plural(labels.header.count, "label")}, expected ${formatCount(images.header.count)}, one per image`;
    throw invalidData(labels.source.file, [{ file: labels.source.file, path: "", message }]);
  }
  return {
    shape: toShape(images.header.shape),
    labelled: labels !== undefined,
    files: labels === undefined ? [images.source] : [images.source, labels.source],
    readPiece: async (piece, classes, sink) => {
      if (labels !== undefined) await readLabels(labels, piece, classes, sink);
      await readImages(images, piece, sink);
    },
  };
}

function toShape([height = 1, width = 1, channels = 1]: readonly number[]): ImageShape {
  return { height, width, channels };
}

async function readImages(images: IdxFile, piece: PieceNumber, sink: RowSink): Promise<void> {
  const [start, end] = findRows(images, piece);
  const total = (end - start) * images.header.rowBytes;
  let done = 0;
  for await (const block of readIdxRows(images, start, end)) {
    sink.writeImages(block);
    done += block.length;
    sink.advance(done, total);
  }
}

async function readLabels(
  labels: IdxFile,
  piece: PieceNumber,
  classes: number,
  sink: RowSink,
): Promise<void> {
  const { file } = labels.source;
  const [start, end] = findRows(labels, piece);
  const issues: Issue[] = [];
  let row = start;
  for await (const block of readIdxRows(labels, start, end)) {
    for (const label of block) {
      row++;
      if (label < classes) continue;
      const message = `found ${label}, expected an integer 0..${classes - 1}`;
      issues.push({ file, path: `label of row ${row}`, message });
      if (issues.length >= MAX_ISSUES) throw invalidData(file, issues);
    }
    sink.writeLabels(block);
  }
  if (issues.length > 0) throw invalidData(file, issues);
}

function findRows({ header }: IdxFile, { shard, shards }: PieceNumber): readonly [number, number] {
  return [partStart(header.count, shard, shards), partStart(header.count, shard + 1, shards)];
}
