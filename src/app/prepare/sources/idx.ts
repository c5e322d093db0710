import { LabelCoder } from "../labels.ts";
import { MAX_CLASSES } from "../../../formats/dataset-header.ts";
import { type BsweepError, type Issue } from "../../../core/errors.ts";
import { formatCount, plural } from "../../../core/quantities.ts";
import {
  type ImageSource,
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  partStart,
  type PieceNumber,
  type RowSink,
} from "../source.ts";
import { type IdxHeader, MAX_IDX_HEADER_BYTES, parseIdxHeader } from "../../../formats/idx.ts";
import { type Content, openContent, readHead } from "../content.ts";

/**
 * Opens images and labels in MNIST's form. A piece is a range of rows.
 * @throws BsweepError INVALID_DATA
 */
export async function openIdxSource({
  images,
  labels,
}: Extract<ImageSource, { kind: "idx" }>): Promise<OpenSource> {
  return openIdxContents(
    await openContent(images),
    labels === undefined ? undefined : await openContent(labels),
  );
}

/**
 * The same of files, gzipped files, or files in a zip.
 * @param coded whether labels may be any numbers, and not those of classes alone
 * @throws BsweepError INVALID_DATA
 */
export async function openIdxContents(
  imagesContent: Content,
  labelsContent: Content | undefined,
  coded = false,
): Promise<OpenSource> {
  const images = await openIdx(imagesContent, "images");
  const labels = labelsContent === undefined ? undefined : await openIdx(labelsContent, "labels");
  if (labels !== undefined && labels.header.count !== images.header.count) {
    const file = labels.content.name;
    const message = `found ${plural(labels.header.count, "label")}, expected ${formatCount(images.header.count)}, one per image`;
    throw invalidData(file, [{ file, path: "", message }]);
  }
  const [height = 1, width = 1, channels = 1] = images.header.shape;
  const { source } = images.content;
  return {
    shape: { height, width, channels },
    labelled: labels !== undefined,
    files: labels === undefined ? [source] : [source, labels.content.source],
    readPiece: async (piece, classes, sink) => {
      const coder = coded ? new LabelCoder(classes) : undefined;
      const limit = classes ?? MAX_CLASSES;
      const toLabel = (label: number): number =>
        coder === undefined ? (label < limit ? label : -1) : coder.code(String(label));
      if (labels !== undefined)
        await readLabels(labels, piece, toLabel, `an integer 0..${limit - 1}`, sink);
      await readImages(images, piece, sink);
      return coder?.values;
    },
  };
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
  toLabel: (label: number) => number,
  expected: string,
  sink: RowSink,
): Promise<void> {
  const file = labels.content.name;
  const [start, end] = findRows(labels, piece);
  const issues: Issue[] = [];
  let row = start;
  for await (const block of readIdxRows(labels, start, end)) {
    const codes = block.map(toLabel);
    for (const label of block) {
      row++;
      if (toLabel(label) >= 0) continue;
      const message = `found ${label}, expected ${expected}`;
      issues.push({ file, path: `label of row ${row}`, message });
      if (issues.length >= MAX_ISSUES) throw invalidData(file, issues);
    }
    sink.writeLabels(codes);
  }
  if (issues.length > 0) throw invalidData(file, issues);
}

function findRows({ header }: IdxFile, { shard, shards }: PieceNumber): readonly [number, number] {
  return [partStart(header.count, shard, shards), partStart(header.count, shard + 1, shards)];
}

/** An IDX file whose head has been read. */
interface IdxFile {
  readonly content: Content;
  readonly header: IdxHeader;
}

/** @throws BsweepError INVALID_DATA for another format, or a file of the wrong size where that is known */
async function openIdx(content: Content, holds: "images" | "labels"): Promise<IdxFile> {
  const head = await readHead(content, MAX_IDX_HEADER_BYTES);
  const header = parseIdxHeader(head, content.name, holds);
  if (content.bytes !== undefined && content.bytes !== totalBytes(header))
    throw wrongSize(content.name, content.bytes, header);
  return { content, header };
}

/**
 * The bytes of rows [start, end), with the last row to the file's very end, where the checksum of a gzipped one stands.
 * @throws BsweepError INVALID_DATA when the file is truncated, damaged or too long
 */
async function* readIdxRows(
  { content, header }: IdxFile,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  const from = header.headerBytes + start * header.rowBytes;
  const wanted = (end - start) * header.rowBytes;
  const isLast = end === header.count;
  let found = 0;
  for await (const block of content.read(from, isLast ? undefined : from + wanted)) {
    const rows = block.subarray(0, Math.max(wanted - found, 0));
    found += block.length;
    if (rows.length > 0) yield rows;
  }
  if (found !== wanted) throw wrongSize(content.name, from + found, header);
}

function totalBytes({ headerBytes, count, rowBytes }: IdxHeader): number {
  return headerBytes + count * rowBytes;
}

function wrongSize(file: string, bytes: number, header: IdxHeader): BsweepError {
  const message = `found ${bytes} bytes, expected ${totalBytes(header)} for ${header.count} rows`;
  return invalidData(file, [{ file, path: "", message }], "download the file again");
}
