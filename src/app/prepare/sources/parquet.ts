import { basename, dirname, join } from "node:path";
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { BsweepError, messageOf, valueOr } from "../../../core/errors.ts";
import { isObject } from "../../../core/objects.ts";
import { plural } from "../../../core/quantities.ts";
import { listFolder } from "../../../workspace/folder.ts";
import { describeSource, type FromOptions, invalidData } from "../source.ts";
import { LABEL_NAMES } from "./csv-columns.ts";
import type { EncodedPicture, PictureList } from "./pictures.ts";

/** How Hugging Face names the parts of one table. */
export const SHARD_NAME = /^(.*)-\d{5}-of-(\d{5})\.parquet$/;

/**
 * Opens a table with encoded images, as Hugging Face keeps data sets; of one in several files, all of them. As much of it is in
 * memory as a row group has.
 * @throws BsweepError INVALID_DATA
 */
export async function openParquet(file: string, asked: FromOptions): Promise<PictureList> {
  const tables: Table[] = [];
  for (const part of findParts(file)) tables.push(await openTable(part));
  const [first] = tables;
  const columns = findColumns(file, first?.metadata, asked);
  const names = classNames(first?.metadata, columns.label);
  const label =
    columns.label === undefined ? "no labels" : `labels in ${JSON.stringify(columns.label)}`;
  return {
    found: `Parquet${tables.length === 1 ? "" : ` in ${plural(tables.length, "file")}`} with images in ${JSON.stringify(columns.image)}, ${label}`,
    file,
    files: tables.map(({ file: part }) => describeSource(part)),
    count: tables.reduce((sum, { rows }) => sum + rows, 0),
    labelled: columns.label !== undefined,
    labels: names,
    ordered: names.length > 0,
    read: (start, end) => readTables(tables, columns, names, start, end),
  };
}

function findParts(file: string): string[] {
  const match = SHARD_NAME.exec(basename(file));
  if (match === null) return [file];
  const [, prefix, total] = match;
  const parts = listFolder(dirname(file))
    .sort()
    .filter((name) => {
      const other = SHARD_NAME.exec(name);
      return other?.[1] === prefix && other?.[2] === total;
    });
  if (parts.length === Number(total)) return parts.map((name) => join(dirname(file), name));
  const message = `found ${parts.length} files of this table, expected ${Number(total)}`;
  throw invalidData(file, [{ file, path: "", message }]);
}

interface Table {
  readonly file: string;
  readonly metadata: FileMetaData;
  readonly rows: number;
}

async function openTable(file: string): Promise<Table> {
  const metadata = await reading(file, async () =>
    parquetMetadataAsync(await asyncBufferFromFile(file)),
  );
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return { file, metadata, rows };
}

async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BsweepError) throw error;
    const message = `found a truncated or damaged Parquet file: ${messageOf(error)}`;
    throw invalidData(file, [{ file, path: "", message }], "download the file again");
  }
}

interface Columns {
  readonly image: string;
  readonly label: string | undefined;
}

/** Names of the columns at the top, and whether they have encoded images. */
function listColumns({
  schema,
}: FileMetaData): { readonly name: string; readonly isImage: boolean }[] {
  const columns: { readonly name: string; readonly isImage: boolean }[] = [];
  for (let at = 1; at < schema.length;) {
    const { name = "", num_children: children = 0, type, converted_type: text } = schema[at] ?? {};
    const end = skipChildren(schema, at);
    const inner = schema.slice(at + 1, end).map((element) => element.name);
    const isBytes = type === "BYTE_ARRAY" && text === undefined;
    columns.push({ name, isImage: children > 0 ? inner.includes("bytes") : isBytes });
    at = end;
  }
  return columns;
}

/** Where the element behind this one and all within it stands. */
function skipChildren(schema: FileMetaData["schema"], at: number): number {
  let end = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0) && end < schema.length; child++)
    end = skipChildren(schema, end);
  return end;
}

function findColumns(
  file: string,
  metadata: FileMetaData | undefined,
  { imageColumn, labelColumn }: FromOptions,
): Columns {
  const columns = metadata === undefined ? [] : listColumns(metadata);
  const all = columns.map(({ name }) => name);
  const refuse = (message: string, hint: string): never => {
    throw invalidData(file, [{ file, path: "", message }], hint);
  };
  const list = all.map((name) => JSON.stringify(name)).join(", ");
  for (const name of [imageColumn, labelColumn])
    if (name !== undefined && name !== "none" && !all.includes(name))
      refuse(`found no column ${JSON.stringify(name)}`, `the columns are ${list}`);
  const images = columns.filter(({ isImage }) => isImage).map(({ name }) => name);
  const image = imageColumn ?? (images.length === 1 ? images[0] : undefined);
  if (image === undefined)
    return refuse(`found no sure column of images: ${list}`, "--image-column with one of them");
  const label = labelColumn ?? guessLabel(all.filter((name) => name !== image));
  if (label !== undefined) return { image, label: label === "none" ? undefined : label };
  const hint = "--label-column with one of them, or none";
  return refuse(`found no sure column of labels: ${list}`, hint);
}

/** `none` where no other column is there; undefined where it could be several. */
function guessLabel(others: readonly string[]): string | undefined {
  const labels = others.filter((name) => LABEL_NAMES.has(name.toLowerCase()));
  if (others.length === 0) return "none";
  return labels.length === 1 ? labels[0] : undefined;
}

/** What Hugging Face calls the classes; none where it does not tell. */
function classNames(
  metadata: FileMetaData | undefined,
  label: string | undefined,
): readonly string[] {
  const text = metadata?.key_value_metadata?.find(({ key }) => key === "huggingface")?.value ?? "";
  const told: unknown = valueOr(undefined, () => JSON.parse(text) as unknown);
  const names = dig(told, ["info", "features", label ?? "", "names"]);
  const list: unknown[] = Array.isArray(names)
    ? names
    : isObject(names)
      ? Object.values(names)
      : [];
  return list.filter((name) => typeof name === "string");
}

const dig = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

async function* readTables(
  tables: readonly Table[],
  columns: Columns,
  names: readonly string[],
  start: number,
  end: number,
): AsyncGenerator<EncodedPicture> {
  let before = 0;
  for (const { file, metadata } of tables)
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      const first = tableStart(metadata, group);
      const [from, to] = [Math.max(start - before, 0), Math.min(end - before, rows)];
      if (from < to) {
        const found = await reading(file, () =>
          readGroup(file, metadata, columns, [first + from, first + to]),
        );
        for (const [at, row] of found.entries())
          yield toPicture(file, first + from + at, row, columns, names);
      }
      before += rows;
    }
}

function tableStart(metadata: FileMetaData, group: FileMetaData["row_groups"][number]): number {
  const groups = metadata.row_groups.slice(0, metadata.row_groups.indexOf(group));
  return groups.reduce((sum, { num_rows: rows }) => sum + Number(rows), 0);
}

async function readGroup(
  file: string,
  metadata: FileMetaData,
  { image, label }: Columns,
  [rowStart, rowEnd]: readonly [number, number],
): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({
    file: await asyncBufferFromFile(file),
    ...{ metadata, compressors, rowStart, rowEnd, utf8: false },
    columns: label === undefined ? [image] : [image, label],
  });
}

function toPicture(
  file: string,
  row: number,
  values: Record<string, unknown>,
  { image, label }: Columns,
  names: readonly string[],
): EncodedPicture {
  const value = values[image];
  const bytes = isObject(value) && !(value instanceof Uint8Array) ? value["bytes"] : value;
  return {
    name: `${file}: row ${row + 1}`,
    bytes:
      bytes instanceof Uint8Array
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        : undefined,
    label: label === undefined ? undefined : toLabel(values[label], names),
  };
}

function toLabel(value: unknown, names: readonly string[]): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (typeof value !== "bigint" && typeof value !== "number")
    return typeof value === "string" ? value : "";
  return names[Number(value)] ?? String(value);
}
