import type { StudyReport } from "../stats/study-report.ts";
import { drawTable } from "./cells.ts";
import { wrapText } from "./lines.ts";
import type { SectionOptions } from "./section.ts";
import { describeReport } from "./sections.ts";

const MORE =
  "More: --details (each value, requests, a space to paste); --format html --output report.html (charts)";

/** The report for a person at a terminal. */
export function formatReportTable(report: StudyReport, options: SectionOptions): string {
  const sections = describeReport(report, options).map(({ lead, table, notes, code }) =>
    [
      ...lead.map((line) => wrapText(line)),
      ...(table === null ? [] : [drawTable(table.columns, table.rows)]),
      ...notes.map((line) => wrapText(line)),
      ...(code === undefined ? [] : [code.trimEnd()]),
    ].join("\n"),
  );
  const more = options.details ? [] : [MORE];
  return `${[...sections, ...more].join("\n\n")}\n`;
}
