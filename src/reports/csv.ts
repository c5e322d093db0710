import Papa from "papaparse";
import { labelOfSetting, type ReportedTrial, type StudyReport } from "../stats/study-report.ts";

type Cell = string | number | boolean | null;

/**
 * The ranking as CSV (RFC 4180, lines end with LF): a row a trial, full precision, empty where a value
 * is missing. Text that a spreadsheet would run as a formula is quoted with a leading apostrophe.
 */
export function formatReportCsv(report: StudyReport, top: number): string {
  const ranking = report.ranking.slice(0, top);
  const params = namesIn(report.ranking.map((row) => row.params)).sort();
  const metrics = namesIn(report.ranking.map((row) => row.metrics)).sort();
  return unparse(
    [
      ...COLUMNS.map(([title]) => title),
      "setting",
      ...params.map((name) => `params.${name}`),
      ...metrics.map((name) => `metrics.${name}`),
    ],
    ranking.map((row) => [
      ...COLUMNS.map(([, read]) => read(row)),
      labelOfSetting(report, row.setting),
      ...params.map((name) => own(row.params, name)),
      ...metrics.map((name) => own(row.metrics, name)),
    ]),
  );
}

/** What the ranked trials measured on the way: a row a step of each replicate. */
export function formatStepsCsv({ ranking }: StudyReport, top: number): string {
  const runs = ranking
    .slice(0, top)
    .flatMap((row) => (row.steps ?? []).map((run) => ({ ...run, row })));
  const names = namesIn(runs.flatMap(({ history }) => history.map(({ metrics }) => metrics)));
  return unparse(
    ["rank", "trial", "trialId", "step", "seconds", ...names.map((name) => `metrics.${name}`)],
    runs.flatMap(({ trialId, row, history }) =>
      history.map(({ step, seconds, metrics }) => [
        ...[row.rank, row.number, trialId, step, seconds],
        ...names.map((name) => own(metrics, name)),
      ]),
    ),
  );
}

function unparse(fields: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${Papa.unparse([fields, ...rows], { newline: "\n", escapeFormulae: true })}\n`;
}

function namesIn(mappings: Iterable<object>): string[] {
  const names = new Set<string>();
  for (const mapping of mappings) for (const name of Object.keys(mapping)) names.add(name);
  return [...names];
}

function own(mapping: Readonly<Record<string, Cell>>, name: string): Cell {
  return Object.hasOwn(mapping, name) ? (mapping[name] ?? null) : null;
}

const COLUMNS: readonly (readonly [title: string, read: (row: ReportedTrial) => Cell])[] = [
  ["rank", (row) => row.rank],
  ["trial", (row) => row.number],
  ["trialId", (row) => row.trialId],
  ["objective", (row) => row.objective],
  ["intervalLow", (row) => row.interval?.low ?? null],
  ["intervalHigh", (row) => row.interval?.high ?? null],
  ["intervalOver", (row) => row.over],
  ["standardDeviation", (row) => row.standardDeviation],
  ["replicates", (row) => row.replicates],
  ["lowest", (row) => row.spread.low],
  ["highest", (row) => row.spread.high],
  ["holdoutCorrect", (row) => row.holdout?.correct ?? null],
  ["holdoutCount", (row) => row.holdout?.count ?? null],
  ["modelParameters", (row) => row.modelParameters],
  ["epochs", (row) => row.epochs],
  ["seconds", (row) => row.seconds],
  ["outside", (row) => row.outside],
];
