import type { ReportedTrial, StudyReport } from "../stats/study-report.ts";

/** What is written. */
export type StudyReportJson = Omit<StudyReport, "ranking"> & {
  readonly ranking: readonly ReportedTrial[];
};

/** The whole report as JSON, the ranking cut after `top` rows. */
export function formatReportJson(report: StudyReport, top: number): string {
  const json: StudyReportJson = { ...report, ranking: report.ranking.slice(0, top) };
  return `${JSON.stringify(json, null, 2)}\n`;
}
