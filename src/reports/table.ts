import type { StudyReport } from "../stats/study-report.ts";
import { drawTable } from "./cells.ts";
import type { SectionOptions } from "./section.ts";
import { describeReport } from "./sections.ts";

/** The report for a person at a terminal. */
export function formatReportTable(report: StudyReport, options: SectionOptions): string {
  const sections = describeReport(report, options).map(({ lead, table, notes, code }) =>
    [
      ...lead,
      ...(table === null ? [] : [drawTable(table.columns, table.rows)]),
      ...notes,
      ...(code === undefined ? [] : [code.trimEnd()]),
    ].join("\n"),
  );
  return `${sections.join("\n\n")}\n`;
}
