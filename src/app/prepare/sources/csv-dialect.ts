import Papa from "papaparse";
import { invalidData } from "../source.ts";
import { type Content, readHead } from "../content.ts";

/** So much is looked at to find out how a CSV is written. */
const SAMPLE_BYTES = 1 << 20;
/** A first line longer than this belongs to another kind of file. */
const MAX_LINE_BYTES = 8 << 20;
const SAMPLE_ROWS = 200;
const DELIMITERS = [",", ";", "\t", "|"];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** How a CSV is written. */
export interface CsvDialect {
  /** Position of the first row. */
  readonly dataStart: number;
  /** " " stands for any number of spaces. */
  readonly delimiter: string;
  /** Names of the columns; undefined without a header. */
  readonly names: readonly string[] | undefined;
  /** Some of the rows. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Finds out how a CSV is written, by its first lines.
 * @throws BsweepError INVALID_DATA for an empty file, or one without lines
 */
export async function sniffDialect(content: Content): Promise<CsvDialect> {
  const sample = await readSample(content);
  const end = sample.lastIndexOf("\n") + 1;
  const marked = sample.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const whole = sample.subarray(marked, end === 0 ? undefined : end);
  const text = whole.toString("utf8");
  const delimiter = findDelimiter(text);
  const rows = splitRows(text, delimiter, SAMPLE_ROWS);
  const [first = [], ...others] = rows;
  if (!isHeader(first)) return { dataStart: marked, delimiter, names: undefined, rows };
  const names = first.map((name) => name.trim());
  const dataStart = end === 0 ? sample.length : marked + whole.indexOf("\n") + 1;
  return { dataStart, delimiter, names, rows: others };
}

/** The first lines, one at least. */
async function readSample(content: Content): Promise<Buffer> {
  const { name: file } = content;
  const refuse = (message: string): never => {
    throw invalidData(file, [{ file, line: 1, path: "", message }]);
  };
  let sample = await readHead(content, SAMPLE_BYTES);
  if (sample.length === SAMPLE_BYTES && !sample.includes("\n"))
    sample = await readHead(content, MAX_LINE_BYTES);
  if (sample.includes("\n")) return sample;
  if (sample.length === 0) refuse("found an empty file, expected rows");
  if (sample.length >= MAX_LINE_BYTES) refuse("found no line end, expected rows");
  if (sample.includes("\r"))
    refuse("found line ends of old Macintoshes (CR alone), expected LF or CR LF");
  return sample;
}

/** Rows of whole lines, blank ones left out; line ends of any kind. */
export function splitRows(text: string, delimiter: string, preview = 0): string[][] {
  const { data } = Papa.parse<string[]>(plainLines(text, delimiter), {
    ...{ delimiter, newline: "\n", preview, skipEmptyLines: "greedy" },
  });
  return data;
}

/** The same lines, each with the one line end and, where spaces delimit, one space between values. */
export function plainLines(text: string, delimiter: string): string {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
  return delimiter === " " ? lines.replaceAll(/^ +| +$/gm, "").replaceAll(/ +/g, " ") : lines;
}

/** The one that gives most columns, first and last line alike; spaces where nothing else does. */
function findDelimiter(text: string): string {
  const columns = (delimiter: string): number => {
    const rows = splitRows(text, delimiter, SAMPLE_ROWS);
    const counts = rows.map((row) => row.length);
    return counts.every((count) => count === counts[0]) ? (counts[0] ?? 1) : 1;
  };
  const widest = (delimiter: string): number => splitRows(text, delimiter, 1)[0]?.length ?? 1;
  const by = (measure: (delimiter: string) => number): string | undefined =>
    DELIMITERS.map((delimiter) => ({ delimiter, columns: measure(delimiter) }))
      .filter((found) => found.columns > 1)
      .sort((a, b) => b.columns - a.columns)[0]?.delimiter;
  return by(columns) ?? (columns(" ") > 1 ? " " : (by(widest) ?? ","));
}

/** Names of columns: more than one is no number, or they count on from one to the next. */
function isHeader(fields: readonly string[]): boolean {
  const numbers = fields.filter((field) => parseNumber(field) !== undefined).map(Number);
  if (fields.length - numbers.length > 1) return true;
  const counting = numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1);
  return counting && (numbers.length > 2 || numbers.length < fields.length);
}

/** The number a text is, with a point or a comma; undefined for another text. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed.replace(",", "."));
  return Number.isFinite(number) ? number : undefined;
}
