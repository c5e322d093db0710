import { formatCount } from "../core/quantities.ts";
import { describeFront, formatGoal } from "../stats/pareto/describe.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { formatParameter, numberColumns, toCell } from "./cells.ts";
import type { Section, SectionOptions } from "./section.ts";

/** Names of metrics may be long. */
const MAX_SENTENCE = 1000;

/** What no other trial beats in all objectives at once; nothing where there is one objective. */
export function paretoSection({ pareto, varying }: StudyReport, { top }: SectionOptions): Section {
  if (pareto === null || pareto.candidates + pareto.untold === 0)
    return { lead: [], table: null, notes: [] };
  const lead = describeFront(pareto).map((line) => toCell(line, MAX_SENTENCE));
  if (pareto.candidates === 0) return { lead, table: null, notes: [] };
  const { objectives, members } = pareto;
  const shown = members.slice(0, top);
  const left = members.length - shown.length;
  return {
    lead,
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
