import { formatCount, plural } from "../../core/quantities.ts";
import Papa from "papaparse";
import type { Issue } from "../../core/errors.ts";
import { quote, type CsvHeader } from "./csv-header.ts";
import { MAX_ISSUES } from "./source.ts";

/** Rows of a block, as they are packed. */
export interface RowBlock {
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
export function parseRows(
  text: string,
  file: string,
  header: CsvHeader,
  classes: number,
): RowBlock {
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
    if (!isBlank(row)) {
      const problem = findShapeProblem(row, header, malformed.has(index));
      const report = (path: string, message: string): void =>
        void issues.push({ file, line, path, message });
      if (problem !== undefined) report("", problem);
      else readRow(row, header, classes, { pixels, labels, row: rows++ }, report);
    }
    line += 1 + (issues.length === 0 ? 0 : countLineEnds(row));
  }
  return {
    pixels: pixels.subarray(0, rows * width),
    labels: labels.subarray(0, rows),
    lines: line - (text.endsWith("\n") ? 2 : 1),
    issues,
  };
}

function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0] === "";
}

function findShapeProblem(
  row: readonly string[],
  header: CsvHeader,
  malformedQuote: boolean,
): string | undefined {
  if (malformedQuote) return "found a quoted value that is not closed properly";
  if (row.length === header.columns) return undefined;
  return `found ${plural(row.length, "column")}, expected ${formatCount(header.columns)}`;
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

function countLineEnds(row: readonly string[]): number {
  return row.reduce((sum, field) => sum + field.split("\n").length - 1, 0);
}
