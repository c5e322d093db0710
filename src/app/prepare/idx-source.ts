import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { type BsweepError, type Issue, messageOf } from "../../core/errors.ts";
import { formatCount, plural } from "../../core/quantities.ts";
import {
  describeSource,
  type ImageSource,
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  partStart,
  type PieceNumber,
  type RowSink,
} from "./source.ts";
import type { SourceFile } from "../../formats/dataset-piece.ts";
import { type IdxHeader, MAX_IDX_HEADER_BYTES, parseIdxHeader } from "../../formats/idx.ts";
import { readBytes } from "./read-bytes.ts";

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
  const [height = 1, width = 1, channels = 1] = images.header.shape;
  return {
    shape: { height, width, channels },
    labelled: labels !== undefined,
    files: labels === undefined ? [images.source] : [images.source, labels.source],
    readPiece: async (piece, classes, sink) => {
      if (labels !== undefined) await readLabels(labels, piece, classes, sink);
      await readImages(images, piece, sink);
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

/** An IDX file whose head has been read. */
interface IdxFile {
  readonly source: SourceFile;
  readonly gzipped: boolean;
  readonly header: IdxHeader;
}

/**
 * Opens an IDX file, gzipped or not (its first bytes tell, not its name).
 * @throws BsweepError INVALID_DATA for another format, or a plain file of the wrong size
 */
async function openIdxFile(file: string, content: "images" | "labels"): Promise<IdxFile> {
  const source = describeSource(file);
  const start = await readHead(readBytes(file, 0, Math.min(source.bytes, MAX_IDX_HEADER_BYTES)));
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const head = gzipped ? await readHead(inflate(file)) : start;
  const header = parseIdxHeader(head, file, content);
  if (!gzipped && source.bytes !== totalBytes(header)) throw wrongSize(file, source.bytes, header);
  return { source, gzipped, header };
}

/**
 * The bytes of rows [start, end). A plain file is read from there; a gzipped one is inflated up to
 * there, and with its last row to its very end, where the checksum stands.
 * @throws BsweepError INVALID_DATA when the file is truncated, damaged or too long
 */
async function* readIdxRows(
  { source, gzipped, header }: IdxFile,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  const from = header.headerBytes + start * header.rowBytes;
  const to = header.headerBytes + end * header.rowBytes;
  if (!gzipped) {
    yield* readBytes(source.file, from, to);
    return;
  }
  let position = 0;
  for await (const block of inflate(source.file)) {
    const wanted = block.subarray(Math.max(from - position, 0), Math.max(to - position, 0));
    position += block.length;
    if (wanted.length > 0) yield wanted;
    if (position >= to && end < header.count) return;
  }
  if (position !== totalBytes(header)) throw wrongSize(source.file, position, header);
}

async function readHead(blocks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  for await (const block of blocks) {
    head = Buffer.concat([head, block.subarray(0, MAX_IDX_HEADER_BYTES)]);
    if (head.length >= MAX_IDX_HEADER_BYTES) break;
  }
  return head.subarray(0, MAX_IDX_HEADER_BYTES);
}

async function* inflate(file: string): AsyncGenerator<Buffer> {
  const input = createReadStream(file);
  const output = createGunzip();
  input.on("error", (error) => output.destroy(error));
  try {
    for await (const block of input.pipe(output)) yield block as Buffer;
  } catch (error) {
    const message = `found a truncated or damaged gzip file: ${messageOf(error)}`;
    throw invalidData(file, [{ file, path: "", message }], "download the file again");
  } finally {
    input.destroy();
  }
}

function totalBytes({ headerBytes, count, rowBytes }: IdxHeader): number {
  return headerBytes + count * rowBytes;
}

function wrongSize(file: string, bytes: number, header: IdxHeader): BsweepError {
  const message = `found ${bytes} bytes, expected ${totalBytes(header)} for ${header.count} rows`;
  return invalidData(file, [{ file, path: "", message }], "download the file again");
}
