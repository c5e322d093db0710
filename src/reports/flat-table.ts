import { formatValue } from "../core/parameter-value.ts";
import type { Parameters } from "../core/study.ts";
import { labelOfSetting, type ReportedTrial, type StudyRanking } from "../stats/study-report.ts";

/** Null where a value is missing. */
export type Cell = string | number | boolean | null;

/** What a column holds, whatever the values that happen to be there; a parameter's may be anything. */
export type CellKind = "integer" | "real" | "text" | "parameter";

/** Rows under columns, in full precision: what programs of others read of a report. */
export interface FlatTable {
  readonly columns: readonly { readonly name: string; readonly kind: CellKind }[];
  /** A cell a column. */
  readonly rows: readonly (readonly Cell[])[];
}

/** The first rows of the ranking, a row a trial, with all parameters (`params.NAME`) and metrics (`metrics.NAME`). */
export function flattenRanking(report: StudyRanking, top: number): FlatTable {
  const params = namesIn(report.ranking.map((row) => row.params)).sort();
  const metrics = namesIn(report.ranking.map((row) => row.metrics)).sort();
  const columns = [...COLUMNS, ...listGoals(report)];
  return {
    columns: [
      ...columns.map(([name, kind]) => ({ name, kind })),
      { name: "setting", kind: "text" },
      ...params.map((name) => ({ name: `params.${name}`, kind: "parameter" as const })),
      ...metrics.map((name) => ({ name: `metrics.${name}`, kind: "real" as const })),
    ],
    rows: report.ranking
      .slice(0, top)
      .map((row) => [
        ...columns.map(([, , read]) => read(row)),
        labelOfSetting(report, row.setting),
        ...params.map((name) => parameterCell(row.params, name)),
        ...metrics.map((name) => own(row.metrics, name)),
      ]),
  };
}

/** What the ranked trials measured on the way: a row a step of each replicate. */
export function flattenSteps({ ranking }: StudyRanking, top: number): FlatTable {
  const runs = ranking
    .slice(0, top)
    .flatMap((row) => (row.steps ?? []).map((run) => ({ ...run, row })));
  const names = namesIn(runs.flatMap(({ history }) => history.map(({ metrics }) => metrics)));
  return {
    columns: [
      ...STEP_COLUMNS,
      ...names.map((name) => ({ name: `metrics.${name}`, kind: "real" as const })),
    ],
    rows: runs.flatMap(({ trialId, row, history }) =>
      history.map(({ step, seconds, metrics }) => [
        ...[row.rank, row.number, trialId, step, seconds],
        ...names.map((name) => own(metrics, name)),
      ]),
    ),
  };
}

function namesIn(mappings: Iterable<object>): string[] {
  const names = new Set<string>();
  for (const mapping of mappings) for (const name of Object.keys(mapping)) names.add(name);
  return [...names];
}

/** Lists and mappings as JSON. */
function parameterCell(params: Parameters, name: string): Cell {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return typeof value === "object" ? formatValue(value) : (value ?? null);
}

function own(mapping: Readonly<Record<string, Cell>>, name: string): Cell {
  return Object.hasOwn(mapping, name) ? (mapping[name] ?? null) : null;
}

type RowColumn = readonly [name: string, kind: CellKind, read: (row: ReportedTrial) => Cell];

/** Of several objectives each one's value and who is on the front (1: yes); of requirements those that are not met. */
function listGoals({ objectives, pareto, requirements }: StudyRanking): readonly RowColumn[] {
  const front = new Set(pareto?.members.map(({ number }) => number));
  return [
    ...(pareto === null
      ? []
      : [
          ...objectives.map(({ metric }, at): RowColumn => [
            ...([`objectives.${metric}`, "real"] as const),
            (row) => row.values?.[at] ?? null,
          ]),
          ["front", "integer", (row) => Number(front.has(row.number))] satisfies RowColumn,
        ]),
    ...(requirements.length === 0
      ? []
      : [["unmet", "text", (row) => row.unmet?.join("; ") ?? null] satisfies RowColumn]),
  ];
}

const COLUMNS: readonly RowColumn[] = [
  ["rank", "integer", (row) => row.rank],
  ["trial", "integer", (row) => row.number],
  ["trialId", "text", (row) => row.trialId],
  ["objective", "real", (row) => row.objective],
  ["intervalLow", "real", (row) => row.interval?.low ?? null],
  ["intervalHigh", "real", (row) => row.interval?.high ?? null],
  ["intervalOver", "text", (row) => row.over],
  ["standardDeviation", "real", (row) => row.standardDeviation],
  ["replicates", "integer", (row) => row.replicates],
  ["lowest", "real", (row) => row.spread.low],
  ["highest", "real", (row) => row.spread.high],
  ["holdoutCorrect", "integer", (row) => row.holdout?.correct ?? null],
  ["holdoutCount", "integer", (row) => row.holdout?.count ?? null],
  ["modelParameters", "integer", (row) => row.modelParameters],
  ["epochs", "integer", (row) => row.epochs],
  ["seconds", "real", (row) => row.seconds],
  ["outside", "text", (row) => row.outside],
];

const STEP_COLUMNS = [
  { name: "rank", kind: "integer" },
  { name: "trial", kind: "integer" },
  { name: "trialId", kind: "text" },
  { name: "step", kind: "integer" },
  { name: "seconds", kind: "real" },
] as const;
