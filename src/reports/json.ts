import type { StudyReport } from "../stats/study-report.ts";

/** The whole report as JSON, the ranking cut after `top` rows. */
export function formatReportJson(report: StudyReport, top: number): string {
  return `${JSON.stringify({ ...report, ranking: report.ranking.slice(0, top) }, null, 2)}\n`;
}
