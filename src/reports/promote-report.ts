import type { FinalistsReport } from "../app/finalists.ts";
import type { PromoteReport } from "../app/promote.ts";
import { formatCount, formatValue, plural } from "../core/quantities.ts";
import { drawTable, numberColumns } from "./cells.ts";

/** Which pruned trials are trained to their end. */
export function formatPromoteReport(report: PromoteReport): string {
  const { study, promoted, left, written, fromCheckpoints } = report;
  if (promoted.length === 0) return `Nothing to promote: no trial of ${study} was pruned.`;
  const what = written === null ? "Would write a round" : `Round ${written.round} (promotion)`;
  const how = fromCheckpoints
    ? "from where they were stopped"
    : "from the start (pruner.keepCheckpoints was off)";
  return [
    `${what}: ${plural(promoted.length, "pruned trial")} to be trained to the end, ${how}; ${formatCount(left)} left as they are`,
    drawTable(
      numberColumns("trial", "stopped after step", "value"),
      promoted.map(({ number, step, value }) => [
        ...[String(number), formatCount(step), formatValue(value)],
      ]),
    ),
  ].join("\n");
}

/** Which of the best are run again, and with how many seeds. */
export function formatFinalistsReport(report: FinalistsReport): string {
  const { study, finalists, written } = report;
  const added = finalists.reduce((sum, each) => sum + each.added, 0);
  const what =
    written === null
      ? `Nothing new: the finalists of ${study} have their seeds, or are beaten.`
      : `Round ${written.round} of ${study} (finalists): ${plural(added, "trial")}`;
  return [
    what,
    drawTable(
      [...numberColumns("rank", "trial", "objective", "seeds", "new"), { title: "" }],
      finalists.map(({ rank, number, objective, replicates, added: own, isBeaten }) => [
        ...[String(rank), String(number), formatValue(objective), String(replicates), String(own)],
        isBeaten ? "worse than the best beyond chance" : "",
      ]),
    ),
  ].join("\n");
}
