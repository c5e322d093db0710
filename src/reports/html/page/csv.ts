import type { Column } from "./view.ts";

/** CSV of some columns (RFC 4180, lines end with \n); texts that a spreadsheet would run as a formula get a quote before them. */
export function writeCsv(columns: readonly Column[], trials: readonly number[]): string {
  const lines = [
    columns.map(({ key }) => quote(key)),
    ...trials.map((trial) => columns.map(({ raw }) => quote(raw(trial)))),
  ];
  return `${lines.map((cells) => cells.join(",")).join("\n")}\n`;
}

function quote(value: string | number | boolean): string {
  if (typeof value === "number") return String(value);
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
