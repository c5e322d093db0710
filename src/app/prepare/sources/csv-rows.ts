import Papa from "papaparse";
import type { Issue } from "../../../core/errors.ts";
import { formatCount, plural } from "../../../core/quantities.ts";
import { MAX_ISSUES } from "../source.ts";
import { scanDigits } from "./csv-digits.ts";
import type { ParsedRows, RowForm } from "./csv-form.ts";
import { plainLines } from "./csv-dialect.ts";
import { quote } from "./csv-header.ts";

/** Parses whole lines. Blank lines are skipped. */
export function parseRows(block: Buffer, form: RowForm): ParsedRows {
  return scanDigits(block, form) ?? parseText(block.toString("utf8"), form);
}

/** A quoted value is read as CSV has it; one with a line end inside is no pixel and hence an issue. */
function parseText(text: string, form: RowForm): ParsedRows {
  const { file, delimiter, newline, columns, pixelColumns } = form;
  const lines = newline === undefined ? plainLines(text, delimiter) : text;
  const { data, errors } = Papa.parse<string[]>(lines, { delimiter, newline: newline ?? "\n" });
  const pixels = new Uint8Array(data.length * pixelColumns.length);
  const labels = new Uint8Array(form.labelColumn === null ? 0 : data.length);
  const issues: Issue[] = [];
  const malformed = new Set(errors.map(({ row }) => row));
  const report =
    (line: number) =>
    (path: string, message: string): void =>
      void issues.push({ file, line, path, message });
  const isBlank = (row: readonly string[]): boolean => row.length === 1 && row[0] === "";
  let line = 1;
  let rows = 0;
  for (const [index, row] of data.entries()) {
    if (issues.length >= MAX_ISSUES) break;
    if (malformed.has(index)) report(line)("", "found a quoted value that is not closed properly");
    else if (row.length === columns && !isBlank(row))
      readRow(row, form, { pixels, labels, row: rows++ }, report(line));
    else if (!isBlank(row)) {
      const found = plural(row.length, "column");
      report(line)("", `found ${found}, expected ${formatCount(columns)}`);
    }
    line += 1;
    if (issues.length > 0) line += countLineEnds(row);
  }
  return {
    pixels: pixels.subarray(0, rows * pixelColumns.length),
    labels: labels.subarray(0, rows),
    lines: line - (text.endsWith("\n") ? 2 : 1),
    issues,
  };
}

const countLineEnds = (row: readonly string[]): number =>
  row.reduce((lines, field) => lines + field.split("\n").length - 1, 0);

function readRow(
  row: readonly string[],
  form: RowForm,
  target: { readonly pixels: Uint8Array; readonly labels: Uint8Array; readonly row: number },
  report: (path: string, message: string) => void,
): void {
  const { labelColumn, pixelColumns, newline, scale } = form;
  if (labelColumn !== null) {
    const text = row[labelColumn] ?? "";
    const label = form.toLabel(text);
    if (label >= 0) target.labels[target.row] = label;
    else report("label", `found ${quote(text)}, expected ${form.expectedLabel()}`);
  }
  const width = pixelColumns.length;
  for (let pixel = 0, at = target.row * width; pixel < width; pixel++, at++) {
    const text = row[pixelColumns[pixel] ?? 0] ?? "";
    const whole = scale === 1 ? parseByte(text) : -1;
    const value = whole >= 0 || newline !== undefined ? whole : parseScaled(text, scale);
    if (value >= 0) target.pixels[at] = value;
    else report(form.pixelName(pixel), `found ${quote(text)}, expected ${describeRange(form)}`);
  }
}

function describeRange({ newline, scale }: RowForm): string {
  return newline === undefined ? `a number 0..${255 / scale}` : "an integer 0..255";
}

const MAX_DIGITS = 3;

/** The value of a text of digits up to 255, else -1. Called for every pixel: no regular expression. */
export function parseByte(text: string): number {
  if (text.length === 0 || text.length > MAX_DIGITS) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= 255 ? value : -1;
}

function parseScaled(text: string, scale: number): number {
  // Number takes spaces around, and an empty text for 0.
  const number = Number(text.includes(",") ? text.replace(",", ".") : text);
  return number === 0 && text.trim() === "" ? -1 : scalePixel(number, scale);
}

/** How far rounding errors may carry a pixel beyond black and white. */
const SLACK = 1e-3;

/** The nearest of 0 .. 255 to a scaled value; -1 for one that is beyond. */
export function scalePixel(number: number, scale: number): number {
  const value = number * scale;
  if (!(value >= -SLACK && value <= 255 + SLACK)) return -1;
  return Math.min(255, Math.max(0, Math.round(value)));
}

/**
 * What pixels must be multiplied by: 255 for fractions of 0 .. 1, else 1.
 * @param isFraction whether they are written, or kept, as such
 */
export function guessScale(largest: number, isFraction: boolean): number {
  return isFraction && largest <= 1 ? 255 : 1;
}
