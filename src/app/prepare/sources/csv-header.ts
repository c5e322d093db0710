import Papa from "papaparse";
import type { Issue } from "../../../core/errors.ts";
import { type Content } from "../content.ts";
import { invalidData } from "../source.ts";

/** A header line longer than this belongs to another kind of file. */
const MAX_HEADER_BYTES = 8 << 20;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const HINT = "expected Kaggle's form: label,pixel0,pixel1,... (no label column in test.csv)";

/** What the first line of a CSV says about all others. */
interface CsvHeader {
  /** Position of the second line. */
  readonly dataStart: number;
  readonly newline: "\n" | "\r\n";
  readonly columns: number;
  /** Column of the label, null for rows to be predicted. */
  readonly labelColumn: number | null;
  /** Column of each pixel, in pixel order. */
  readonly pixelColumns: Uint32Array;
}

/**
 * Reads the first line: a column `label` (or none) and `pixel0` .. `pixelN`, in any order.
 * @throws BsweepError INVALID_DATA with every column that is wrong or missing
 */
export async function readCsvHeader(content: Content): Promise<CsvHeader> {
  const { name: file, bytes = MAX_HEADER_BYTES } = content;
  const line = await readFirstLine(content, Math.min(bytes, MAX_HEADER_BYTES));
  if (line.length === 0) {
    const message = "found an empty file, expected a header and rows";
    throw invalidData(file, [{ file, line: 1, path: "", message }], HINT);
  }
  const marked = line.subarray(0, 3).equals(BYTE_ORDER_MARK);
  const text = line.toString("utf8", marked ? 3 : 0);
  const newline = text.endsWith("\r\n") ? "\r\n" : "\n";
  const names = Papa.parse<string[]>(text, { delimiter: ",", newline }).data[0] ?? [];
  return { dataStart: line.length, newline, columns: names.length, ...findColumns(file, names) };
}

async function readFirstLine(content: Content, maxBytes: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of content.read(0, maxBytes)) {
    const end = block.indexOf("\n") + 1;
    blocks.push(end > 0 ? block.subarray(0, end) : block);
    if (end > 0) break;
  }
  return Buffer.concat(blocks);
}

function findColumns(
  file: string,
  names: readonly string[],
): Pick<CsvHeader, "labelColumn" | "pixelColumns"> {
  const issues: Issue[] = [];
  const report = (path: string, message: string): void =>
    void issues.push({ file, line: 1, path, message });
  const columnOf = new Map<string, number>();
  for (const [column, name] of names.entries()) {
    if (!/^(?:label|pixel(?:0|[1-9]\d*))$/.test(name)) {
      report(`column ${column + 1}`, `found ${quote(name)}, expected label or pixel0, pixel1, ...`);
    } else if (columnOf.has(name)) {
      report(`column ${column + 1}`, `found ${name} a second time`);
    } else columnOf.set(name, column);
  }
  const labelColumn = columnOf.get("label") ?? null;
  const pixels = columnOf.size - (labelColumn === null ? 0 : 1);
  const pixelColumns = Uint32Array.from({ length: Math.max(pixels, 1) }, (_, pixel) => {
    const column = columnOf.get(`pixel${pixel}`);
    if (column === undefined) report(`pixel${pixel}`, "found no such column");
    return column ?? 0;
  });
  if (issues.length > 0) throw invalidData(file, issues, HINT);
  return { labelColumn, pixelColumns };
}

/** A value as it stands in the file, cut when long. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
}
