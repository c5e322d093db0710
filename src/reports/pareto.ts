import { formatCount, formatValue, plural } from "../core/quantities.ts";
import type { Objective } from "../core/study.ts";
import type { ParetoFront } from "../stats/pareto/pareto.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { formatParameter, numberColumns, toCell } from "./cells.ts";
import type { Section, SectionOptions } from "./section.ts";

/** What no other trial beats in all objectives at once; nothing where there is one objective. */
export function paretoSection({ pareto, varying }: StudyReport, { top }: SectionOptions): Section {
  if (pareto === null || pareto.members.length === 0) return { lead: [], table: null, notes: [] };
  const { objectives, members } = pareto;
  const shown = members.slice(0, top);
  const left = members.length - shown.length;
  return {
    lead: [describeFront(pareto), ...describeSize(pareto)],
    table: {
      columns: numberColumns("trial", ...objectives.map(({ metric }) => metric), ...varying),
      rows: shown.map(({ number, values, params }) => [
        String(number),
        ...values.map(formatGoal),
        ...varying.map((name) => formatParameter(params[name])),
      ]),
    },
    notes: left > 0 ? [`${formatCount(left)} more; --top N shows more of them`] : [],
  };
}

function describeFront({ objectives, members, candidates }: ParetoFront): string {
  const goals = objectives.map(describeGoal).join(", ");
  return `Pareto front: ${formatCount(members.length)} of ${plural(candidates, "trial")}; none is beaten by a trial that is as good in ${goals} and better in one of them`;
}

function describeGoal({ metric, direction }: Objective): string {
  return `${toCell(metric)} (${direction === "maximize" ? "highest" : "lowest"})`;
}

/** Its hypervolume, and what share of the box between the best and the worst values that is. */
export function describeSize(pareto: ParetoFront): string[] {
  const { hypervolume, reference } = pareto;
  if (hypervolume === null) return [];
  const share = shareOf(pareto, hypervolume);
  const percent = share === null ? "" : `, ${(share * 100).toFixed(1)} % of what could be`;
  return [
    `Hypervolume ${formatValue(hypervolume)} up to the worst values (${reference.map(formatGoal).join(", ")})${percent}`,
  ];
}

/** Null where all trials are equal in some objective. */
function shareOf({ reference, ideal }: ParetoFront, hypervolume: number): number | null {
  const box = reference.reduce((size, worst, at) => size * Math.abs(worst - (ideal[at] ?? NaN)), 1);
  return box > 0 && Number.isFinite(box) ? hypervolume / box : null;
}

/** A metric's value, or a cost: whole numbers as such. */
export function formatGoal(value: number): string {
  return Number.isSafeInteger(value) ? formatCount(value) : formatValue(value);
}
