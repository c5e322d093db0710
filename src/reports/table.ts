import type { StudyReport } from "../stats/study-report.ts";
import { drawTable } from "./cells.ts";
import { COLUMNS, wrapText } from "./lines.ts";
import type { Section, SectionOptions, TextTable } from "./section.ts";
import { describeReport } from "./sections.ts";

const MORE =
  "More: --details (each value, requests, a space to paste); --format html --output report.html (charts)";

/** The report for a person at a terminal. */
export function formatReportTable(report: StudyReport, options: SectionOptions): string {
  const sections = describeReport(report, options).map((section) => {
    const { lead, table, notes, code } = options.details ? section : fitScreen(section);
    return [
      ...lead.map((line) => wrapText(line)),
      ...(table === null ? [] : [drawTable(table.columns, table.rows)]),
      ...notes.map((line) => wrapText(line)),
      ...(code === undefined ? [] : [code.trimEnd()]),
    ].join("\n");
  });
  const more = options.details ? [] : [MORE];
  return `${[...sections, ...more].join("\n\n")}\n`;
}

/** Without spare columns, as many as make a table fit the screen, or all of them. */
function fitScreen(section: Section): Section {
  const { table, notes } = section;
  if (table === null) return section;
  const spare = table.columns
    .filter((column) => column.spare !== undefined)
    .sort((a, b) => (a.spare ?? 0) - (b.spare ?? 0));
  let kept = table;
  const dropped: string[] = [];
  for (const column of spare) {
    if (widthOf(kept) <= COLUMNS) break;
    kept = without(kept, kept.columns.indexOf(column));
    dropped.push(column.title);
  }
  if (dropped.length === 0) return section;
  const note = `not shown, for want of room: ${dropped.join(", ")} (--details)`;
  return { ...section, table: kept, notes: [...notes, note] };
}

/** With its frame. */
function widthOf({ columns, rows }: TextTable): number {
  return columns.reduce((sum, { title }, at) => {
    const longest = rows.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), title.length);
    return sum + longest + 3;
  }, 1);
}

function without({ columns, rows }: TextTable, place: number): TextTable {
  const keep = <T>(all: readonly T[]): T[] => all.filter((_, at) => at !== place);
  return { columns: keep(columns), rows: rows.map(keep) };
}
