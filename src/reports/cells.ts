import { formatValue } from "../core/parameter-value.ts";
import Table from "cli-table3";
import { escapeControls } from "../core/printable.ts";
import type { ParameterValue } from "../core/study.ts";

const MAX_CELL_LENGTH = 40;
/** A path is a parameter too, and two of them may differ in their ends only. */
const MAX_PARAMETER_LENGTH = 200;

/** Text from a file, safe on a terminal: one line, control characters as `\u001b`, cut when too long. */
export function toCell(text: string, maxLength = MAX_CELL_LENGTH): string {
  const safe = escapeControls(text);
  return safe.length <= maxLength ? safe : `${safe.slice(0, maxLength - 3)}...`;
}

/** A parameter's value, exactly: trials that differ look different. Nothing where the trial has no such parameter. */
export function formatParameter(value: ParameterValue | undefined): string {
  return value === undefined ? "" : toCell(formatValue(value), MAX_PARAMETER_LENGTH);
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Left out where a screen is too narrow, those with the lowest number first; absent: never. */
  readonly spare?: number;
}

/** Columns of numbers. */
export function numberColumns(...titles: readonly string[]): Column[] {
  return titles.map((title) => ({ title, align: "right" }));
}

/** A table in plain text: no colours, so that it reads the same in a file. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    head: columns.map(({ title }) => toCell(title)),
    colAligns: columns.map(({ align }) => align ?? "left"),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
