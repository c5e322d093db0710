import type { Issue } from "../../core/errors.ts";
import { findShape, readCsvHeader, type CsvHeader } from "./csv-header.ts";
import { parseRows } from "./csv-rows.ts";
import { countLines, findLineStart, readLineBlocks } from "./read-bytes.ts";
import {
  describeSource,
  invalidData,
  MAX_ISSUES,
  partStart,
  type ImageSource,
  type OpenSource,
  type PieceNumber,
  type RowSink,
} from "./source.ts";

/** No value takes more: a quoted byte, a comma and a line end, with room for spaces. */
const MAX_BYTES_PER_COLUMN = 16;
const MIN_LINE_BYTES = 1 << 20;

/**
 * Opens a CSV in the form of Kaggle's Digit Recognizer. A piece is a range of bytes moved to line ends,
 * so a shard reads its own part of the file and no other.
 * @throws BsweepError INVALID_DATA
 */
export async function openCsvSource(
  source: Extract<ImageSource, { kind: "csv" }>,
): Promise<OpenSource> {
  const file = describeSource(source.csv);
  const header = await readCsvHeader(source.csv, file.bytes);
  return {
    shape: findShape(source.csv, header.pixelColumns.length, source),
    labelled: header.labelColumn !== null,
    files: [file],
    readPiece: (piece, classes, sink) =>
      readPiece(source.csv, file.bytes, header, classes, piece, sink),
  };
}

async function readPiece(
  file: string,
  bytes: number,
  header: CsvHeader,
  classes: number,
  piece: PieceNumber,
  sink: RowSink,
): Promise<void> {
  const [start, end] = await findRange(file, header.dataStart, bytes, piece);
  const maxLineBytes = Math.max(MIN_LINE_BYTES, header.columns * MAX_BYTES_PER_COLUMN);
  const issues: Issue[] = [];
  let lines = 0;
  let done = 0;
  for await (const block of readLineBlocks(file, [start, end], maxLineBytes)) {
    const rows = parseRows(block.toString("utf8"), file, header, classes);
    for (const issue of rows.issues) issues.push({ ...issue, line: lines + (issue.line ?? 0) });
    if (issues.length >= MAX_ISSUES) break;
    if (issues.length === 0) {
      sink.writeImages(rows.pixels);
      sink.writeLabels(rows.labels);
    }
    lines += rows.lines;
    done += block.length;
    sink.advance(done, end - start);
  }
  if (issues.length === 0) return;
  const linesBefore = await countLines(file, start);
  throw invalidData(
    file,
    issues.map((issue) => ({ ...issue, line: linesBefore + (issue.line ?? 0) })),
  );
}

async function findRange(
  file: string,
  dataStart: number,
  bytes: number,
  { shard, shards }: PieceNumber,
): Promise<readonly [number, number]> {
  const lineStart = (number: number): Promise<number> =>
    findLineStart(file, dataStart + partStart(bytes - dataStart, number, shards), bytes);
  return [
    shard === 1 ? dataStart : await lineStart(shard),
    shard === shards ? bytes : await lineStart(shard + 1),
  ];
}
