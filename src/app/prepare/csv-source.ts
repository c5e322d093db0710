import { formatCount, plural } from "../../core/quantities.ts";
import Papa from "papaparse";
import type { Issue } from "../../core/errors.ts";
import { type CsvHeader, findShape, quote, readCsvHeader } from "./csv-header.ts";
import { countLines, findLineStart, readLineBlocks } from "./read-bytes.ts";
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

interface ParsedRows {
  /** uint8 [rows, pixels] */
  readonly pixels: Uint8Array;
  /** uint8 [rows]; empty without a label column. */
  readonly labels: Uint8Array;
  /** Lines the block took, blank ones among them. */
  readonly lines: number;
  /** What is wrong; with any, the rows mean nothing. Lines count from 1 in the block. */
  readonly issues: readonly Issue[];
}

/**
 * Parses whole lines. Blank lines are skipped. A quoted value is read as CSV has it; one with a line end
 * inside is no pixel and hence an issue.
 * @param classes labels are 0 .. classes-1
 */
function parseRows(text: string, file: string, header: CsvHeader, classes: number): ParsedRows {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ",", newline: header.newline });
  const width = header.pixelColumns.length;
  const pixels = new Uint8Array(data.length * width);
  const labels = new Uint8Array(header.labelColumn === null ? 0 : data.length);
  const issues: Issue[] = [];
  const malformed = new Set(errors.map(({ row }) => row));
  let line = 1;
  let rows = 0;
  for (const [index, row] of data.entries()) {
    if (issues.length >= MAX_ISSUES) break;
    const report = (path: string, message: string): void =>
      void issues.push({ file, line, path, message });
    const isBlank = row.length === 1 && row[0] === "";
    if (!isBlank) {
      if (malformed.has(index)) report("", "found a quoted value that is not closed properly");
      else if (row.length !== header.columns)
        report(
          "",
          `found ${plural(row.length, "column")}, expected ${formatCount(header.columns)}`,
        );
      else readRow(row, header, classes, { pixels, labels, row: rows++ }, report);
    }
    line += 1;
    if (issues.length > 0) for (const field of row) line += field.split("\n").length - 1;
  }
  return {
    pixels: pixels.subarray(0, rows * width),
    labels: labels.subarray(0, rows),
    lines: line - (text.endsWith("\n") ? 2 : 1),
    issues,
  };
}

function readRow(
  row: readonly string[],
  header: CsvHeader,
  classes: number,
  target: { readonly pixels: Uint8Array; readonly labels: Uint8Array; readonly row: number },
  report: (path: string, message: string) => void,
): void {
  if (header.labelColumn !== null) {
    const text = row[header.labelColumn] ?? "";
    const label = parseByte(text);
    if (label >= 0 && label < classes) target.labels[target.row] = label;
    else report("label", `found ${quote(text)}, expected an integer 0..${classes - 1}`);
  }
  const width = header.pixelColumns.length;
  for (let pixel = 0, at = target.row * width; pixel < width; pixel++, at++) {
    const text = row[header.pixelColumns[pixel] ?? 0] ?? "";
    const value = parseByte(text);
    if (value >= 0) target.pixels[at] = value;
    else report(`pixel${pixel}`, `found ${quote(text)}, expected an integer 0..255`);
  }
}

/** The value of a text of digits up to 255, else -1. Called for every pixel: no regular expression. */
function parseByte(text: string): number {
  if (text.length === 0 || text.length > 3) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= 255 ? value : -1;
}
