import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { findField, type BjobsField } from "./bjobs-fields.ts";

interface Column {
  readonly name: string;
  readonly field: BjobsField;
  /** null: as wide as its widest value. */
  readonly width: number | null;
  readonly right: boolean;
}

export interface BjobsFormat {
  readonly columns: readonly Column[];
  /** null: none was given, and columns are padded. */
  readonly delimiter: string | null;
}

/** `field[:[-][width]][:unit] ... [delimiter='^']`; MAN. The text for an unknown field, and 99, are VOL's. */
export function parseFormat(text: string): BjobsFormat {
  const delimiter = /\bdelimiter=(['"]?)(.)\1/.exec(text);
  const words = text
    .replace(delimiter?.[0] ?? "", "")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) throw new Refusal("bjobs: the format string names no field");
  return { columns: words.map(parseColumn), delimiter: delimiter?.[2] ?? null };
}

function parseColumn(word: string): Column {
  const [name = "", width, ...units] = word.split(":");
  const found = findField(name);
  if (found === null || units.length > 1) {
    throw new Refusal(`<${name}> in the format string is not a valid field name.`, 99);
  }
  const shape = /^(-?)(\d*)$/.exec(width ?? "");
  const number = Number(shape?.[2] ?? NaN);
  if (shape === null || number > 4096) {
    throw new Refusal(`<${word}> in the format string is not valid.`, 99);
  }
  const asked = number === 0 ? found.field.width : number;
  return { ...found, width: width === undefined ? null : asked, right: shape[1] === "-" };
}

/** The table: names in capitals, `-` for nothing, cut at the end (a job's name at its front, with `*`). */
export function formatTable(
  { columns, delimiter }: BjobsFormat,
  elements: readonly Element[],
  cluster: Cluster,
  header: boolean,
): string {
  const titles = header ? [columns.map(({ name }) => name.toUpperCase())] : [];
  const rows = elements.map((element) =>
    columns.map(({ field }) => field.value(element, cluster) || "-"),
  );
  const lines = [...titles, ...rows];
  if (delimiter !== null) return lines.map((line) => `${line.join(delimiter)}\n`).join("");
  const widths = columns.map(
    ({ width }, at) =>
      width ?? lines.reduce((widest, line) => Math.max(widest, line[at]?.length ?? 0), 0),
  );
  const cell = (value: string, at: number): string => {
    const [width, column] = [widths[at] ?? 0, columns[at]];
    const cut = value.length <= width ? value : cutTo(value, width, column?.name ?? "");
    return column?.right === true ? cut.padStart(width) : cut.padEnd(width);
  };
  return lines.map((line) => `${line.map(cell).join(" ")}\n`).join("");
}

function cutTo(value: string, width: number, name: string): string {
  return name === "job_name" ? `*${value.slice(value.length - width + 1)}` : value.slice(0, width);
}

/** `-json`; S: two blanks of indent, all values strings, nothing is `""`, JOBS a number. */
export function formatJson(
  { columns }: BjobsFormat,
  elements: readonly Element[],
  missing: readonly { readonly id: string; readonly text: string }[],
  cluster: Cluster,
): string {
  const names = columns.map(({ name }) => name.toUpperCase());
  const records = elements.map((element) =>
    columns.map(({ field }, at) => member(names[at] ?? "", field.value(element, cluster))),
  );
  for (const { id, text } of missing) records.push([member("JOBID", id), member("ERROR", text)]);
  const body = records.map((members) => `    {\n${members.join(",\n")}\n    }`).join(",\n");
  const list = records.length === 0 ? "[]" : `[\n${body}\n  ]`;
  return `{\n  "COMMAND":"bjobs",\n  "JOBS":${records.length},\n  "RECORDS":${list}\n}\n`;
}

const member = (name: string, value: string): string => `      "${name}":${JSON.stringify(value)}`;
