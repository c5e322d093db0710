import type { ImportReport } from "../app/import/import.ts";
import { formatCount, formatValue, plural } from "../core/quantities.ts";
import { toCell } from "./cells.ts";
import { wrapText } from "./lines.ts";

/** What `bsweep import` took, and what to do with it. */
export function formatImportReport(report: ImportReport, studyFile: string): string {
  const { study, file, written, trials, complete, best, outside, leftOut, unused } = report;
  const value =
    best === null ? "" : `, the best ${formatValue(best.objective)} (number ${best.number})`;
  const lines = [
    `${study}: ${plural(trials, "trial")}, ${formatCount(complete)} complete${value}`,
    ...(outside.trials === 0
      ? []
      : [
          `${formatCount(outside.trials)} of them are none that the study would propose now, for example: ${toCell(outside.example ?? "", 100)}`,
        ]),
    ...leftOut.map(
      ({ reason, trials: count }) => `left out ${formatCount(count)}: ${toCell(reason, 100)}`,
    ),
    ...(unused.length === 0 ? [] : [`columns not used: ${toCell(unused.join(", "), 200)}`]),
    written === null ? `nothing written; its place is ${file}` : `written: ${file}`,
  ];
  return [
    ...lines.map((line) => wrapText(line)),
    "",
    `next: bsweep compare ${studyFile} ${file}`,
  ].join("\n");
}
