import { formatCount } from "../core/quantities.ts";
import { formatRequirement } from "../stats/requirements.ts";
import type { StudyRanking } from "../stats/study-report.ts";
import { toCell } from "./cells.ts";

/** How many rows of the ranking meet what is required, a line each. */
export function describeRequirements({ requirements, ranking }: StudyRanking): string[] {
  if (ranking.length === 0) return [];
  const all = formatCount(ranking.length);
  return requirements.map(({ unmet, unknown, ...requirement }) => {
    const bounds = toCell(formatRequirement(requirement), 200);
    if (unmet === 0) return `Required: ${bounds}, which all ${all} meet`;
    const untold = unknown > 0 ? ` (${formatCount(unknown)} did not tell it)` : "";
    return `Required: ${bounds}; ${formatCount(unmet)} of ${all} do not meet it${untold}, and rank after those that do`;
  });
}
