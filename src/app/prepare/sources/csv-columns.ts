import type { Issue } from "../../../core/errors.ts";
import { formatCount, plural } from "../../../core/quantities.ts";
import { groupBy } from "../../../core/objects.ts";
import { type FromOptions, invalidData } from "../source.ts";
import { quote } from "./csv-header.ts";
import { type CsvDialect, parseNumber } from "./csv-dialect.ts";

/** Names of columns that are labels, and of those that are neither label nor pixel. */
export const LABEL_NAMES = new Set([
  "label",
  "labels",
  "class",
  "target",
  "digit",
  "category",
  "y",
]);
const ID_NAMES = new Set(["", "id", "index", "idx", "imageid", "image_id", "unnamed: 0", "rowid"]);
/** So many names stand in a message. */
const SHOWN = 5;

/** Which columns are what. */
export interface CsvColumns {
  readonly labelColumn: number | null;
  /** Column of each value of a row, in the order of the file. */
  readonly pixelColumns: readonly number[];
  /** Where the names say so: `1x1` to `28x28`. */
  readonly grid?: { readonly height: number; readonly width: number };
  /** Names of the columns that are left out. */
  readonly ignored: readonly string[];
}

/**
 * Finds the columns of pixels and labels, by names or, without a header, by their number.
 * @throws BsweepError INVALID_DATA, naming the option that tells what is not sure
 */
export function findColumns(file: string, dialect: CsvDialect, asked: FromOptions): CsvColumns {
  const { names } = dialect;
  return names === undefined
    ? findUnnamed(file, dialect, asked)
    : findNamed(file, names, asked.labelColumn);
}

function refuse(file: string, message: string, hint: string): never {
  throw invalidData(file, [{ file, line: 1, path: "", message }], hint);
}

/** A name that may be a pixel's: what stands before its number, or its row and column. */
interface PixelName {
  readonly column: number;
  readonly family: string;
  readonly place: readonly number[];
}

function findNamed(file: string, names: readonly string[], asked: string | undefined): CsvColumns {
  refuseTwice(file, names);
  const labelAsked = asked === undefined || asked === "none" ? -1 : names.indexOf(asked);
  if (asked !== undefined && asked !== "none" && labelAsked < 0)
    refuse(file, `found no column ${quote(asked)}`, `--label-column: one of ${list(names)}`);
  const candidates = names.flatMap((name, column) =>
    column === labelAsked ? [] : toPixelName(name, column),
  );
  const families = [...groupBy(candidates, ({ family }) => family).values()];
  const [pixels = []] = families.sort((a, b) => b.length - a.length);
  if (pixels.length === 0)
    refuse(
      file,
      `found no columns of pixels among ${list(names)}`,
      "expected columns such as label,pixel0,pixel1,... or 1x1,1x2,..., or no header",
    );
  const grid = orderPixels(file, pixels);
  const taken = new Set(pixels.map(({ column }) => column));
  const others = [...names.keys()].filter((column) => !taken.has(column) && column !== labelAsked);
  const labelColumn =
    asked === undefined ? findLabel(file, names, others) : labelAsked < 0 ? null : labelAsked;
  const ignored = others.filter((column) => column !== labelColumn).map((at) => nameOf(names, at));
  const pixelColumns = pixels.map(({ column }) => column);
  return { labelColumn, pixelColumns, ignored, ...(grid === undefined ? {} : { grid }) };
}

/** Of a column without a name, its number. */
const nameOf = (names: readonly string[], column: number): string => {
  const name = names[column] ?? "";
  return name === "" ? `column ${column + 1}` : name;
};

function refuseTwice(file: string, names: readonly string[]): void {
  const seen = new Set<string>();
  const issues = names.flatMap((name, column): Issue[] => {
    const again = name !== "" && seen.has(name);
    seen.add(name);
    const message = `found ${quote(name)} a second time`;
    return again ? [{ file, line: 1, path: `column ${column + 1}`, message }] : [];
  });
  if (issues.length > 0) throw invalidData(file, issues);
}

function toPixelName(name: string, column: number): PixelName[] {
  const match = /^(\D*)(\d{1,9})(?:([x_,-])(\d{1,9}))?$/i.exec(name);
  if (match === null) return [];
  const [, prefix = "", first, between, second] = match;
  const family = `${prefix.toLowerCase()}${second === undefined ? "" : `#${between ?? ""}`}`;
  const place = second === undefined ? [Number(first)] : [Number(first), Number(second)];
  return [{ column, family, place }];
}

/**
 * Puts pixels in order, and sees to it that none is missing.
 * @returns height and width where names have rows and columns
 */
function orderPixels(
  file: string,
  pixels: PixelName[],
): { readonly height: number; readonly width: number } | undefined {
  const at = (pixel: PixelName | undefined, axis: number): number => pixel?.place[axis] ?? 0;
  pixels.sort((a, b) => at(a, 0) - at(b, 0) || at(a, 1) - at(b, 1));
  const [first, last] = [pixels[0], pixels.at(-1)];
  const isGrid = (first?.place.length ?? 1) === 2;
  const [top, left] = [at(first, 0), isGrid ? at(first, 1) : 0];
  const width = isGrid ? at(last, 1) - left + 1 : 1;
  const height = at(last, 0) - top + 1;
  const whole =
    pixels.length === height * width &&
    pixels.every((pixel, number) => {
      const [row, column] = [Math.floor(number / width), number % width];
      return at(pixel, 0) === top + row && (!isGrid || at(pixel, 1) === left + column);
    });
  if (whole) return isGrid ? { height, width } : undefined;
  const found = `${plural(pixels.length, "column")} of pixels, the last of number ${last?.place.join("x") ?? ""}`;
  return refuse(file, `found ${found}`, "expected them to count without gaps");
}

function findLabel(
  file: string,
  names: readonly string[],
  others: readonly number[],
): number | null {
  const name = (column: number): string => (names[column] ?? "").toLowerCase();
  const labels = others.filter((column) => LABEL_NAMES.has(name(column)));
  const unknown = others.filter((column) => !ID_NAMES.has(name(column)));
  if (labels.length === 1) return labels[0] ?? null;
  if (unknown.length === 0) return null;
  const told = list(unknown.map((column) => names[column] ?? ""));
  return refuse(
    file,
    `found no sure column of labels: ${told}`,
    `--label-column with one of them, or --label-column none`,
  );
}

/** Without names: a square number of values is pixels, and one more a label that stands first or last. */
function findUnnamed(file: string, { rows }: CsvDialect, asked: FromOptions): CsvColumns {
  const columns = rows[0]?.length ?? 0;
  const all = Array.from({ length: columns }, (_, column) => column);
  const without = (labelColumn: number | null): CsvColumns => ({
    ...{ labelColumn, ignored: [] },
    pixelColumns: all.filter((column) => column !== labelColumn),
  });
  if (asked.labelColumn !== undefined) {
    if (asked.labelColumn === "none") return without(null);
    const column = Number(asked.labelColumn) - 1;
    if (all.includes(column)) return without(column);
    const hint = `--label-column: a number from 1 to ${columns}, or none`;
    refuse(file, `found no header, and no column ${quote(asked.labelColumn)}`, hint);
  }
  if (isImage(columns, asked)) return without(null);
  const ends = [0, columns - 1].filter(
    (column) => isImage(columns - 1, asked) && mayLabel(rows, column),
  );
  if (ends.length === 1) return without(ends[0] ?? null);
  return refuse(
    file,
    `found no header and ${plural(columns, "column")}, of which ${ends.length === 0 ? "none is surely" : "the first or the last may be"} the label`,
    `--label-column 1, ${formatCount(columns)} or none; --height and --width for images that are not square`,
  );
}

function isImage(values: number, { height, width, channels = 1 }: FromOptions): boolean {
  const pixels = values / channels;
  if (height !== undefined && width !== undefined) return pixels === height * width;
  if (height !== undefined) return Number.isInteger(pixels / height);
  if (width !== undefined) return Number.isInteger(pixels / width);
  return pixels > 0 && Number.isInteger(Math.sqrt(pixels));
}

/** Whether values of a column may be labels: texts, or whole numbers of which some differ. */
function mayLabel(rows: readonly (readonly string[])[], column: number): boolean {
  const values = rows.map((row) => row[column] ?? "");
  if (values.some((value) => parseNumber(value) === undefined)) return true;
  const isWhole = values.every((value) => Number.isInteger(parseNumber(value)));
  return isWhole && (values.length === 1 || new Set(values.map(Number)).size > 1);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(quote).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
