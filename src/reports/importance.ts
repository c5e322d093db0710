import { formatCount } from "../core/quantities.ts";
import type { VarianceImportance } from "../stats/importance/fanova.ts";
import type { ParameterImportance } from "../stats/importance/importance.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { numberColumns, toCell } from "./cells.ts";
import { drawBar } from "./lines.ts";
import type { Section } from "./section.ts";

/** Widest bar, of 100 %. */
const BAR = 16;
/** Most pairs that are named. */
const PAIRS_SHOWN = 3;

/** Which parameters matter, and which pairs beyond what both do alone. */
export function importanceSection({ parameters, pairs }: StudyReport): Section {
  const told = parameters.flatMap(({ name, importance }) =>
    importance === null ? [] : [{ name, importance }],
  );
  const columns = [
    { title: "parameter" },
    { title: "of the variance" },
    ...numberColumns("", "95 %", "best tenth", "95 %"),
    { title: "" },
  ];
  if (told.length === 0) {
    const lead =
      parameters.length === 0
        ? []
        : ["Too few results, or all alike, to tell which parameter matters"];
    return { lead, table: null, notes: [] };
  }
  const isAny = told.some(({ importance }) => importance.isBeyondChance);
  return {
    lead: isAny ? [] : ["No parameter matters beyond chance"],
    table: { columns, rows: told.map(({ name, importance }) => describeRow(name, importance)) },
    notes: describePairs(pairs),
  };
}

function describeRow(
  name: string,
  { variance, best, isBeyondChance }: ParameterImportance,
): string[] {
  return [
    toCell(name),
    drawBar(variance.share, BAR),
    ...[variance, best].flatMap(({ share, interval }) => [
      formatPercent(share),
      `${Math.round(100 * interval.low)} .. ${formatPercent(interval.high)}`,
    ]),
    isBeyondChance ? "" : "within chance",
  ];
}

function describePairs(pairs: readonly VarianceImportance[]): string[] {
  const beyond = pairs.filter(({ isBeyondChance }) => isBeyondChance);
  const more = beyond.length - PAIRS_SHOWN;
  return [
    ...beyond
      .slice(0, PAIRS_SHOWN)
      .map(
        ({ names, share }) =>
          `${names.map((name) => toCell(name)).join(" and ")} together explain ${formatPercent(share)} beyond what both do alone`,
      ),
    ...(more > 0 ? [`${formatCount(more)} more pairs matter; --format json tells of all`] : []),
  ];
}

function formatPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
