import { formatCount, formatDuration, formatValue, plural } from "../core/quantities.ts";
import { countsEpochs } from "../core/trial.ts";
import { type ReportedTrial, type StudyReport, labelOfSetting } from "../stats/study-report.ts";
import { formatGoal } from "../stats/pareto/describe.ts";
import { type Column, formatParameter, toCell } from "./cells.ts";
import type { Section, SectionOptions } from "./section.ts";

/** What a column shows of a row; undefined columns are left out. */
type RankingColumn = Column & { readonly read: (row: ReportedTrial) => string };

/** The ranking as far as it is shown, and what must be known to read it. */
export function rankingSection(report: StudyReport, options: SectionOptions): Section {
  const { ranking, settings } = report;
  const shown = ranking.slice(0, options.top);
  const hidden = settings.slice(1).filter(({ trials }) => trials > 0);
  const isAll = settings.slice(1).some(({ ranked, complete }) => ranked && complete > 0);
  const notes = [
    ...(ranking.length > shown.length
      ? [`${formatCount(ranking.length - shown.length)} more; --top N shows more of them`]
      : []),
    ...(shown.some(({ over }) => over === "rows")
      ? ["95 %: of one run, Wilson's interval over the hold-out's rows only, not seeds"]
      : []),
    ...(shown.some(({ over }) => over === "seeds")
      ? ["95 %: of replicates, over other seeds with the same rows"]
      : []),
    ...(shown.some(({ outside }) => outside !== null)
      ? ["*: of values that the study does not have any more"]
      : []),
    ...(isAll ? [] : hidden).map(
      ({ trials, differences }) =>
        `${plural(trials, "trial")} of another setting not ranked here (${toCell(differences.join(", "), 100)}); --setting all shows them`,
    ),
  ];
  if (shown.length === 0) return { lead: [], table: null, notes };
  const columns = rankingColumns(report, shown, options.metrics, isAll);
  const rows = shown.map((row) => columns.map(({ read }) => read(row)));
  return { lead: [], table: { columns, rows }, notes };
}

const right = (
  title: string,
  read: RankingColumn["read"],
  spare: { readonly spare?: number } = {},
): RankingColumn => ({ title, read, align: "right", ...spare });

const REPLICATE_COLUMNS: readonly RankingColumn[] = [
  right("n", ({ replicates }) => String(replicates)),
  right("sd", ({ standardDeviation: sd }) => (sd === null ? "" : formatValue(sd))),
  { title: "min .. max", read: ({ spread }) => formatInterval(spread), spare: 1 },
];

const MODEL_COLUMN = right(
  "model",
  ({ modelParameters: size }) => (size === null ? "" : formatCount(size)),
  { spare: 3 },
);

function rankingColumns(
  report: StudyReport,
  shown: readonly ReportedTrial[],
  metrics: readonly string[],
  isAll: boolean,
): readonly RankingColumn[] {
  const { varying } = report;
  const goals = listGoals(report, metrics);
  const some = (has: (row: ReportedTrial) => boolean, ...columns: RankingColumn[]) =>
    shown.some(has) ? columns : [];
  return [
    right("rank", ({ rank }) => String(rank)),
    right("trial", ({ number, outside }) => `${number}${outside === null ? "" : "*"}`),
    right("objective", ({ objective }) => formatValue(objective)),
    ...some(({ interval }) => interval !== null, {
      title: "95 %",
      read: ({ interval }) => formatInterval(interval),
    }),
    ...some(({ replicates }) => replicates > 1, ...REPLICATE_COLUMNS),
    ...goals.map(({ title, at }) =>
      right(title, ({ values }) => (values?.[at] == null ? "" : formatGoal(values[at]))),
    ),
    ...metrics.map((name) => right(name, (row) => formatMetric(row.metrics[name]))),
    ...some(() => isAll, {
      title: "setting",
      read: ({ setting }) => labelOfSetting(report, setting),
    }),
    ...varying.map((name) => right(name, ({ params }) => formatParameter(params[name]))),
    ...some(({ modelParameters }) => modelParameters !== null, MODEL_COLUMN),
    ...some(
      ({ epochs }) => countsEpochs(epochs),
      right("epochs", ({ epochs }) => String(epochs), { spare: 2 }),
    ),
    right("time", ({ seconds }) => (seconds === null ? "" : formatDuration(seconds)), { spare: 4 }),
    ...some(({ unmet }) => unmet !== undefined, {
      title: "does not meet",
      read: ({ unmet = [] }) => unmet.map((each) => toCell(each)).join("; "),
    }),
  ];
}

/** Objectives after the first that no other column shows: bsweep's own time and size of the model have theirs. */
function listGoals({ objectives, metrics }: StudyReport, asked: readonly string[]) {
  const shown = ["modelParameters", "seconds"].filter((name) => !metrics.includes(name));
  return objectives
    .map(({ metric }, at) => ({ title: metric, at }))
    .slice(1)
    .filter(({ title }) => !shown.includes(title) && !asked.includes(title));
}

export function formatInterval(interval: ReportedTrial["interval"]): string {
  if (interval === null) return "";
  return `${formatValue(interval.low)} .. ${formatValue(interval.high)}`;
}

function formatMetric(value: number | undefined): string {
  return value === undefined ? "" : formatValue(value);
}
