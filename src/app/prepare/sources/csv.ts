import { MAX_CLASSES } from "../../../formats/dataset-header.ts";
import type { Issue } from "../../../core/errors.ts";
import {
  type Content,
  countLines,
  findLineStart,
  measureContent,
  plainContent,
  readLineBlocks,
} from "../content.ts";
import { LabelCoder } from "../labels.ts";
import { describeShape, findFlatShape } from "../shape.ts";
import {
  type FromOptions,
  type ImageSource,
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  partStart,
  type PieceNumber,
  type RowSink,
} from "../source.ts";
import { findColumns } from "./csv-columns.ts";
import { type CsvDialect, parseNumber, sniffDialect } from "./csv-dialect.ts";
import { quote, readCsvHeader } from "./csv-header.ts";
import type { RowForm } from "./csv-form.ts";
import { guessScale, parseByte, parseRows, scalePixel } from "./csv-rows.ts";

/** No value takes more: a quoted byte, a comma and a line end, with room for spaces. */
const MAX_BYTES_PER_COLUMN = 32;
const MIN_LINE_BYTES = 1 << 20;
const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "|",
  " ": "spaces",
};

/** All about how a CSV is read, but its labels. */
type CsvForm = Omit<RowForm, "toLabel" | "expectedLabel"> & { readonly dataStart: number };

/**
 * Opens a CSV in the form of Kaggle's Digit Recognizer, read by the letter. A piece is a range of bytes moved to line ends,
 * so a shard reads its own part of the file and no other.
 * @throws BsweepError INVALID_DATA
 */
export async function openCsvSource(
  source: Extract<ImageSource, { kind: "csv" }>,
): Promise<OpenSource> {
  const content = plainContent(source.csv);
  const header = await readCsvHeader(content);
  const { height, width, channels } = findFlatShape(
    { file: source.csv, line: 1 },
    header.pixelColumns.length,
    "pixel columns",
    source,
  );
  const pixelName = (pixel: number): string => `pixel${pixel}`;
  const form = { ...header, file: source.csv, delimiter: ",", scale: 1, pixelName };
  return {
    shape: { height, width, channels },
    labelled: header.labelColumn !== null,
    files: [content.source],
    readPiece: async (piece, classes, sink) => {
      const limit = classes ?? MAX_CLASSES;
      const toLabel = (text: string): number => {
        const label = parseByte(text);
        return label < limit ? label : -1;
      };
      const expectedLabel = (): string => `an integer 0..${limit - 1}`;
      await readPiece(content, { ...form, toLabel, expectedLabel }, piece, sink);
      return undefined;
    },
  };
}

/** Opens a CSV of any kind, after a look at its first lines. @throws BsweepError INVALID_DATA */
export async function openAnyCsv(content: Content, asked: FromOptions): Promise<OpenSource> {
  const dialect = await sniffDialect(content);
  const columns = findColumns(content.name, dialect, asked);
  const { labelColumn, ignored, grid } = columns;
  const { places, ...shape } = findFlatShape(
    { file: content.name, line: 1 },
    columns.pixelColumns.length,
    "pixel columns",
    { ...grid, ...asked },
  );
  const pixelColumns = Uint32Array.from(columns.pixelColumns, (column, at) =>
    places === undefined ? column : (columns.pixelColumns[places[at] ?? 0] ?? 0),
  );
  const scale = asked.scale ?? findScale(content.name, dialect, columns.pixelColumns);
  const form: CsvForm = {
    ...{ file: content.name, delimiter: dialect.delimiter, newline: undefined },
    ...{ dataStart: dialect.dataStart, labelColumn, pixelColumns, scale },
    columns: dialect.names?.length ?? dialect.rows[0]?.length ?? 0,
    pixelName: (pixel) => nameColumn(dialect, pixelColumns[pixel] ?? 0),
  };
  return {
    found: describe(dialect, form, `images of ${describeShape(shape)}`, ignored),
    shape,
    labelled: labelColumn !== null,
    files: [content.source],
    readPiece: async (piece, classes, sink) => {
      const coder = new LabelCoder(classes);
      const toLabel = (text: string): number => coder.code(text);
      const expectedLabel = (): string => coder.expected;
      await readPiece(content, { ...form, toLabel, expectedLabel }, piece, sink);
      return coder.values;
    },
  };
}

const nameColumn = ({ names }: CsvDialect, column: number): string =>
  names?.[column] ?? `column ${column + 1}`;

function describe(
  dialect: CsvDialect,
  { labelColumn, scale, delimiter }: CsvForm,
  images: string,
  ignored: readonly string[],
): string {
  const label = labelColumn === null ? "no labels" : `labels in ${labelName(dialect, labelColumn)}`;
  const header = dialect.names === undefined ? ", no header" : "";
  return [
    `CSV with ${DELIMITER_NAMES[delimiter] ?? ""}${header}: ${images}, ${label}`,
    ...(scale === 1 ? [] : [`pixels times ${scale}`]),
    ...(ignored.length === 0 ? [] : [`left out: ${ignored.map(quote).join(", ")}`]),
  ].join("; ");
}

const labelName = (dialect: CsvDialect, column: number): string =>
  dialect.names === undefined ? nameColumn(dialect, column) : quote(nameColumn(dialect, column));

/** By the first rows. @throws BsweepError INVALID_DATA where no pixels can be made of them */
function findScale(file: string, { rows }: CsvDialect, pixelColumns: readonly number[]): number {
  let [least, largest, fraction] = [0, 0, false];
  for (const row of rows)
    for (const column of pixelColumns) {
      const text = row[column] ?? "";
      if (parseByte(text) < 0 && /[.,e]/.test(text)) fraction = true;
      const number = parseNumber(text) ?? 0;
      least = Math.min(least, number);
      largest = Math.max(largest, number);
    }
  const scale = guessScale(largest, fraction);
  if (!fraction || scalePixel(least, scale) >= 0) return scale;
  const message = `found pixels from ${least} to ${largest}, expected 0..255 or 0..1`;
  throw invalidData(
    file,
    [{ file, path: "", message }],
    "they were normalized: use the images they were made of",
  );
}

async function readPiece(
  content: Content,
  form: RowForm & { readonly dataStart: number },
  piece: PieceNumber,
  sink: RowSink,
): Promise<void> {
  const [start, end] = await findRange(content, form.dataStart, piece);
  const maxLineBytes = Math.max(MIN_LINE_BYTES, form.columns * MAX_BYTES_PER_COLUMN);
  const issues: Issue[] = [];
  let lines = 0;
  let done = 0;
  for await (const block of readLineBlocks(content, [start, end], maxLineBytes)) {
    const rows = parseRows(block, form);
    for (const issue of rows.issues) issues.push({ ...issue, line: lines + (issue.line ?? 0) });
    if (issues.length >= MAX_ISSUES) break;
    if (issues.length === 0) {
      sink.writeImages(rows.pixels);
      sink.writeLabels(rows.labels);
    }
    lines += rows.lines;
    done += block.length;
    sink.advance(done, (end ?? content.bytes ?? done) - start);
  }
  if (issues.length === 0) return;
  const linesBefore = await countLines(content, start);
  throw invalidData(
    content.name,
    issues.map((issue) => ({ ...issue, line: linesBefore + (issue.line ?? 0) })),
  );
}

/** The last piece goes to the very end, wherever that is. */
async function findRange(
  content: Content,
  dataStart: number,
  { shard, shards }: PieceNumber,
): Promise<readonly [number, number | undefined]> {
  if (shards === 1) return [dataStart, undefined];
  const bytes = await measureContent(content);
  const lineStart = (number: number): Promise<number> =>
    findLineStart(content, dataStart + partStart(bytes - dataStart, number, shards), bytes);
  return [
    shard === 1 ? dataStart : await lineStart(shard),
    shard === shards ? undefined : await lineStart(shard + 1),
  ];
}
