import type { StudyComparison } from "../app/compare.ts";
import { formatCount, formatValue, plural } from "../core/quantities.ts";
import type { Estimate } from "../stats/study-comparison/expected-best.ts";
import { drawTable, numberColumns, toCell } from "./cells.ts";
import { COLUMNS, wrapParts, wrapText } from "./lines.ts";

/** Of one side of a difference. */
const MAX_FACT_LENGTH = 34;
const MAX_PAIRS = 5;

/** Two studies beside each other, for a person. */
export function formatComparison(comparison: StudyComparison): string {
  const sections = [
    headline(comparison),
    differenceSection(comparison),
    sharedSection(comparison),
    costSection(comparison),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function headline(comparison: StudyComparison): string {
  const { objective, unit } = comparison;
  const order = objective.direction === "maximize" ? "highest" : "lowest";
  return [
    ...(["a", "b"] as const).map((side) => {
      const { name, leftAside } = comparison.sides[side];
      const { trials, complete, failed, best, cost } = comparison[side];
      return wrapParts(`${side.toUpperCase()}: `, [
        `${toCell(name, 64)}: ${plural(trials, "trial")}`,
        `${formatCount(complete)} complete`,
        ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
        `${formatCost(cost)} ${unit}`,
        best === null
          ? "nothing to rank"
          : `best ${formatValue(best.objective)} (trial ${best.number})`,
        ...(leftAside > 0 ? [`${plural(leftAside, "trial")} of other settings left aside`] : []),
      ]);
    }),
    wrapText(`Compared by ${toCell(objective.metric)}, ${order} best`),
    wrapText(verdict(comparison)),
  ].join("\n");
}

function verdict({ better, equalCost, unit }: StudyComparison): string {
  const last = equalCost.at(-1);
  if (last?.difference == null)
    return "Which is better for its cost cannot be told: one of them has too little to show";
  const cost = `${formatCost(last.budget)} ${unit}`;
  const told = `expected best ${formatValue(last.a?.value ?? NaN)} of A, ${formatValue(last.b?.value ?? NaN)} of B`;
  const limit = (last.difference.high - last.difference.low) / 2;
  return better === null
    ? `At equal cost (${cost}) they cannot be told apart: ${told}; chance alone makes up to ${formatValue(limit)} in 95 of 100`
    : `${better.toUpperCase()} is better at equal cost (${cost}): ${told}; chance alone makes up to ${formatValue(limit)} in 95 of 100`;
}

function formatCost(hours: number): string {
  if (hours >= 1e9 || (hours > 0 && hours < 0.01)) return hours.toPrecision(2);
  return hours >= 100 ? formatCount(Math.round(hours)) : hours.toFixed(2);
}

function differenceSection({ differences }: StudyComparison): string {
  if (differences.length === 0) return "Nothing differs in setting, space, software or hardware";
  const columns = [{ title: "differs" }, { title: "A" }, { title: "B" }];
  const rows = differences.map(({ what, a, b }) => [
    toCell(what, 22),
    toCell(a, MAX_FACT_LENGTH),
    toCell(b, MAX_FACT_LENGTH),
  ]);
  return drawTable(columns, rows);
}

function sharedSection({ shared }: StudyComparison): string {
  const { sameIds, sameParameters, pairs, difference, better } = shared;
  if (sameParameters === 0) return "They share no set of parameters";
  const counts = `Both have ${plural(sameParameters, "set")} of parameters, ${plural(sameIds, "trial")} of one id`;
  if (pairs.length === 0) return `${counts}; none is complete in both`;
  const lines = [
    wrapText(
      `${counts}; ${formatCount(pairs.length)} complete in both: A better in ${formatCount(better.a)}, B in ${formatCount(better.b)}, equal in ${formatCount(better.equal)}`,
    ),
    ...(difference === null
      ? []
      : [`Mean difference, B less A: ${formatEstimate(difference)} (bootstrap over the pairs)`]),
  ];
  const apart = pairs.filter(({ a, b }) => a !== b).slice(0, MAX_PAIRS);
  if (apart.length === 0) return lines.join("\n");
  const columns = numberColumns("trial of A", "trial of B", "A", "B", "B less A");
  const rows = apart.map(({ numberA, numberB, a, b }) => [
    ...[String(numberA), String(numberB)],
    ...[a, b, b - a].map(formatValue),
  ]);
  const rest = pairs.filter(({ a, b }) => a !== b).length - apart.length;
  const more = rest > 0 ? [`${plural(rest, "more pair")} apart; --json lists them all`] : [];
  return [...lines, drawTable(columns, rows), ...more].join("\n");
}

function costSection({ equalCost, unit }: StudyComparison): string {
  const known = equalCost.filter(({ a, b }) => a !== null || b !== null);
  if (known.length === 0) return "";
  const titles = ["each spends", "A", "B", "B less A"];
  const rows = known.map(({ budget, a, b, difference }) => [
    formatCost(budget),
    ...[a, b].map((each) => (each === null ? "" : formatEstimate(each))),
    difference === null ? "" : formatSpan(difference),
  ]);
  const table = drawTable(numberColumns(...titles), rows);
  // Very large and very small numbers are long.
  const isNarrow = table.indexOf("\n") <= COLUMNS;
  const lines = rows.map((row) =>
    wrapParts(
      "",
      row.map((cell, at) => `${titles[at]} ${cell}`),
    ),
  );
  const note = `Expected best after equal cost (${unit}), trials drawn at random (Dodge et al., 2019). In brackets the bootstrap's 95 %; chance alone makes a difference of up to what stands behind ± in 95 of 100.`;
  return [isNarrow ? table : lines.join("\n"), wrapText(note)].join("\n");
}

/** As far to both sides. */
function formatSpan({ value, high }: Estimate): string {
  return `${formatValue(value)} ± ${formatValue(high - value)}`;
}

function formatEstimate({ value, low, high }: Estimate): string {
  return `${formatValue(value)} [${formatValue(low)}, ${formatValue(high)}]`;
}
