import Papa from "papaparse";
import type { StudyRanking } from "../stats/study-report.ts";
import { flattenRanking, flattenSteps, type FlatTable } from "./flat-table.ts";

/**
 * The ranking as CSV (RFC 4180, lines end with LF): a row a trial, full precision, empty where a value
 * is missing. Text that a spreadsheet would run as a formula is quoted with a leading apostrophe.
 */
export function formatReportCsv(report: StudyRanking, top: number): string {
  return unparse(flattenRanking(report, top));
}

/** What the ranked trials measured on the way: a row a step of each replicate. */
export function formatStepsCsv(report: StudyRanking, top: number): string {
  return unparse(flattenSteps(report, top));
}

function unparse({ columns, rows }: FlatTable): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return `${Papa.unparse(lines, { newline: "\n", escapeFormulae: true })}\n`;
}
