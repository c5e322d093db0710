import { formatCount, formatDuration, formatValue, plural } from "../core/quantities.ts";
import type { ReportedTieGroup } from "../stats/judge-best.ts";
import { type ReportedTrial, type StudyReport, labelOfSetting } from "../stats/study-report.ts";
import { type Column, drawTable, formatParameter, toCell } from "./cells.ts";
import { failureSection, parameterSection } from "./sections.ts";

const MAX_MESSAGE_LENGTH = 100;

interface TableOptions {
  /** Rows of the ranking. */
  readonly top: number;
  /** Metrics to be shown beside the objective. */
  readonly metrics: readonly string[];
}

/** The report for a person: what is done, the winner, the ranking, parameters, failures. */
export function formatReportTable(report: StudyReport, options: TableOptions): string {
  const sections = [
    headline(report),
    ...winnerSection(report),
    ...trustSection(report),
    ...rankingSection(report, options),
    ...parameterSection(report),
    ...failureSection(report, MAX_MESSAGE_LENGTH),
  ];
  return `${sections.join("\n\n")}\n`;
}

function headline({ study, objective, counts, holdoutRows }: StudyReport): string {
  const { planned, complete, pruned, failed, skipped, waiting, unranked } = counts;
  const parts = [
    `${formatCount(planned)} planned`,
    `${formatCount(complete)} complete`,
    ...(pruned > 0 ? [`${formatCount(pruned)} pruned`] : []),
    `${formatCount(failed)} failed`,
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
    ...(waiting > 0 ? [`${formatCount(waiting)} still without a result`] : []),
    ...(unranked > 0 ? [`${formatCount(unranked)} without ${toCell(objective.metric)}`] : []),
  ];
  const rows = holdoutRows === null ? "" : ` of ${formatCount(holdoutRows)} hold-out rows`;
  const order = objective.direction === "maximize" ? "highest first" : "lowest first";
  return `${study}: ${parts.join(", ")}; ranking by ${toCell(objective.metric)}${rows}, ${order}`;
}

function winnerSection(report: StudyReport): string[] {
  const { ranking, objective, counts, metrics, searched, sharing } = report;
  const best = ranking.at(0);
  if (best === undefined) {
    if (counts.complete === 0) return ["No trial is complete yet: there is nothing to rank."];
    const told = metrics.map((name) => toCell(name)).join(", ") || "no metric at all";
    return [`No trial reported ${toCell(objective.metric)}: complete trials reported ${told}.`];
  }
  const value = `${toCell(objective.metric)} ${formatValue(best.objective)}`;
  const mean = best.replicates > 1 ? `, mean of ${plural(best.replicates, "replicate")}` : "";
  const params = searched.flatMap((name) =>
    Object.hasOwn(best.params, name)
      ? [`${toCell(name)} ${formatParameter(best.params[name])}`]
      : [],
  );
  return [
    [
      `Best: trial ${best.number}, ${value}${mean}${params.length > 0 ? `: ${params.join(", ")}` : ""}`,
      ...(best.outside === null
        ? []
        : [`It is none of the study as it is now, which has not: ${toCell(best.outside, 200)}`]),
      ...(sharing > 1
        ? [
            `${formatCount(sharing)} share rank 1; hold-out loss, model size, then trial number put them in order`,
          ]
        : []),
    ].join("\n"),
  ];
}

/** Which others may be the best, and what the best is worth beyond luck. */
function trustSection({ ranking, tieGroup, corrected, objective }: StudyReport): string[] {
  if (ranking.length < 2) return [];
  return [
    [
      "reason" in tieGroup
        ? `Not told which others may be as good: ${toCell(tieGroup.reason, 200)}`
        : `${tieGroup.sentence}${describeMembers(tieGroup)} (95 %, over ${tieGroup.over})`,
      ...("reason" in corrected
        ? []
        : [
            `The best of many was lucky too: without that its ${toCell(objective.metric)} is about ${formatValue(corrected.estimate)}, ${formatInterval(corrected.interval)}`,
          ]),
    ].join("\n"),
  ];
}

const MEMBERS_SHOWN = 10;

function describeMembers({ members }: ReportedTieGroup): string {
  if (members.length === 1) return "";
  const shown = members.slice(0, MEMBERS_SHOWN).map(({ number }) => String(number));
  const rest = members.length - shown.length;
  return `: trials ${shown.join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

/** What a column shows of a row; undefined columns are left out. */
type RankingColumn = Column & { readonly read: (row: ReportedTrial) => string };

function rankingSection(report: StudyReport, options: TableOptions): string[] {
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
  if (shown.length === 0) return notes.length === 0 ? [] : [notes.join("\n")];
  const columns = rankingColumns(report, shown, options.metrics, isAll);
  const rows = shown.map((row) => columns.map(({ read }) => read(row)));
  return [[drawTable(columns, rows), ...notes].join("\n")];
}

function rankingColumns(
  report: StudyReport,
  shown: readonly ReportedTrial[],
  metrics: readonly string[],
  isAll: boolean,
): readonly RankingColumn[] {
  const { varying } = report;
  const some = (has: (row: ReportedTrial) => boolean, ...columns: RankingColumn[]) =>
    shown.some(has) ? columns : [];
  const right = (title: string, read: RankingColumn["read"]): RankingColumn => ({
    ...{ title, read, align: "right" },
  });
  return [
    right("rank", ({ rank }) => String(rank)),
    right("trial", ({ number, outside }) => `${number}${outside === null ? "" : "*"}`),
    right("objective", ({ objective }) => formatValue(objective)),
    ...some(({ interval }) => interval !== null, {
      title: "95 %",
      read: ({ interval }) => formatInterval(interval),
    }),
    ...some(
      ({ replicates }) => replicates > 1,
      right("n", ({ replicates }) => String(replicates)),
      right("sd", ({ standardDeviation: sd }) => (sd === null ? "" : formatValue(sd))),
      { title: "min .. max", read: ({ spread }) => formatInterval(spread) },
    ),
    ...metrics.map((name) => right(name, (row) => formatMetric(row.metrics[name]))),
    ...some(() => isAll, {
      title: "setting",
      read: ({ setting }) => labelOfSetting(report, setting),
    }),
    ...varying.map((name) => right(name, ({ params }) => formatParameter(params[name]))),
    ...some(
      ({ modelParameters }) => modelParameters !== null,
      right("model", ({ modelParameters: size }) => (size === null ? "" : formatCount(size))),
    ),
    right("epochs", ({ epochs }) => String(epochs)),
    right("time", ({ seconds }) => (seconds === null ? "" : formatDuration(seconds))),
  ];
}

function formatInterval(interval: ReportedTrial["interval"]): string {
  if (interval === null) return "";
  return `${formatValue(interval.low)} .. ${formatValue(interval.high)}`;
}

function formatMetric(value: number | undefined): string {
  return value === undefined ? "" : formatValue(value);
}
