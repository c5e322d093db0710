import Papa from "papaparse";
import type { RankedTrial } from "../stats/rank.ts";
import type { StudyReport } from "../stats/study-report.ts";

/**
 * The ranking as CSV (RFC 4180, lines end with LF): a row a trial, full precision, empty where a value
 * is missing. Text that a spreadsheet would run as a formula is quoted with a leading apostrophe.
 */
export function formatReportCsv({ ranking }: StudyReport, top: number): string {
  const names = [...new Set(ranking.flatMap(({ params }) => Object.keys(params)))].sort();
  const fields = [...COLUMNS.map(([title]) => title), ...names.map((name) => `params.${name}`)];
  const data = ranking
    .slice(0, top)
    .map((row) => [
      ...COLUMNS.map(([, read]) => read(row)),
      ...names.map((name) => (Object.hasOwn(row.params, name) ? row.params[name] : null)),
    ]);
  return `${Papa.unparse([fields, ...data], { newline: "\n", escapeFormulae: true })}\n`;
}

type Cell = string | number | null;

const COLUMNS: readonly (readonly [title: string, read: (row: RankedTrial) => Cell])[] = [
  ["rank", (row) => row.rank],
  ["trial", (row) => row.number],
  ["trialId", (row) => row.trialId],
  ["objective", (row) => row.objective],
  ["intervalLow", (row) => row.interval?.low ?? null],
  ["intervalHigh", (row) => row.interval?.high ?? null],
  ["replicates", (row) => row.replicates],
  ["lowest", (row) => row.spread.low],
  ["highest", (row) => row.spread.high],
  ["holdoutCorrect", (row) => row.holdout?.correct ?? null],
  ["holdoutCount", (row) => row.holdout?.count ?? null],
  ["holdoutLoss", (row) => row.holdoutLoss],
  ["modelParameters", (row) => row.modelParameters],
  ["epochs", (row) => row.epochs],
  ["seconds", (row) => row.seconds],
];
