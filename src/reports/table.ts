import { formatDuration } from "../core/quantities.ts";
import type { RankedTrial } from "../stats/rank.ts";
import type { StudyReport } from "../stats/study-report.ts";
import {
  drawTable,
  formatCount,
  formatParameter,
  formatValue,
  toCell,
  type Column,
} from "./cells.ts";
import { failureSection, parameterSection } from "./sections.ts";

const RIGHT = { align: "right" } as const;
const MAX_MESSAGE_LENGTH = 100;

/** The report for a person: what is done, the winner, the ranking, parameters, failures. */
export function formatReportTable(report: StudyReport, top: number): string {
  const sections = [
    headline(report),
    ...winnerSection(report),
    ...rankingSection(report, top),
    ...parameterSection(report),
    ...failureSection(report, MAX_MESSAGE_LENGTH),
  ];
  return `${sections.join("\n\n")}\n`;
}

function headline({ study, objective, counts, holdoutRows }: StudyReport): string {
  const { planned, complete, failed, waiting, unranked } = counts;
  const parts = [
    `${formatCount(planned)} planned`,
    `${formatCount(complete)} complete`,
    `${formatCount(failed)} failed`,
    ...(waiting > 0 ? [`${formatCount(waiting)} still without a result`] : []),
    ...(unranked > 0 ? [`${formatCount(unranked)} without ${toCell(objective.metric)}`] : []),
  ];
  const rows = holdoutRows === null ? "" : ` of ${formatCount(holdoutRows)} hold-out rows`;
  const order = objective.direction === "maximize" ? "highest first" : "lowest first";
  return `${study}: ${parts.join(", ")}; ranking by ${toCell(objective.metric)}${rows}, ${order}`;
}

function winnerSection({ ranking, objective, varying }: StudyReport): string[] {
  const [best] = ranking;
  if (best === undefined) return ["No trial is complete yet: there is nothing to rank."];
  const value = `${toCell(objective.metric)} ${formatValue(best.objective)}`;
  const params = varying.flatMap((name) =>
    Object.hasOwn(best.params, name)
      ? [`${toCell(name)} ${formatParameter(best.params[name])}`]
      : [],
  );
  const sharing = ranking.filter(({ rank }) => rank === 1).length;
  return [
    [
      `Best: trial ${best.number}, ${value}${params.length > 0 ? `: ${params.join(", ")}` : ""}`,
      ...(sharing > 1
        ? [
            `${formatCount(sharing)} share rank 1; hold-out loss, model size, then trial number put them in order`,
          ]
        : []),
    ].join("\n"),
  ];
}

function rankingSection({ ranking, varying }: StudyReport, top: number): string[] {
  if (ranking.length === 0) return [];
  const shown = ranking.slice(0, top);
  const replicated = ranking.some(({ replicates }) => replicates > 1);
  const intervals = ranking.some(({ interval }) => interval !== null);
  const columns = rankingColumns(varying, replicated, intervals);
  const rows = shown.map((row) => [
    ...[String(row.rank), String(row.number), formatValue(row.objective)],
    ...(intervals ? [formatInterval(row.interval)] : []),
    ...(replicated ? [String(row.replicates), formatInterval(row.spread)] : []),
    ...varying.map((name) => formatParameter(row.params[name])),
    ...describeCost(row),
  ]);
  const rest = ranking.length - shown.length;
  return [
    [
      drawTable(columns, rows),
      ...(rest > 0 ? [`${formatCount(rest)} more; --top N shows more of them`] : []),
      ...(intervals ? ["95 %: Wilson's interval over the hold-out's rows only, not seeds"] : []),
    ].join("\n"),
  ];
}

function rankingColumns(
  varying: readonly string[],
  replicated: boolean,
  intervals: boolean,
): readonly Column[] {
  return [
    ...["rank", "trial", "objective"].map((title) => ({ title, ...RIGHT })),
    ...(intervals ? [{ title: "95 %" }] : []),
    ...(replicated ? [{ title: "n", ...RIGHT }, { title: "min .. max" }] : []),
    ...varying.map((title) => ({ title, ...RIGHT })),
    ...["model", "epochs", "time"].map((title) => ({ title, ...RIGHT })),
  ];
}

function formatInterval(interval: RankedTrial["interval"]): string {
  if (interval === null) return "";
  return `${formatValue(interval.low)} .. ${formatValue(interval.high)}`;
}

function describeCost({ modelParameters, epochs, seconds }: RankedTrial): readonly string[] {
  return [
    modelParameters === null ? "" : formatCount(modelParameters),
    String(epochs),
    seconds === null ? "" : formatDuration(seconds),
  ];
}
