import { formatCount } from "../../core/quantities.ts";
import type { Objective, StopRule } from "../../core/study.ts";
import { countedOf, type Known } from "./known.ts";

const SECONDS_PER_HOUR = 3600;

/** Why a search has what it wanted, in a sentence; undefined while it goes on. */
export function explainSpent(
  { target, patience, cpuHours }: StopRule = {},
  { ended }: Pick<Known, "ended">,
  { metric, direction }: Objective,
): string | undefined {
  const counted = countedOf(ended).toSorted(
    (a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt),
  );
  const losses = counted.map(({ state, loss }) => (state === "complete" ? loss : null) ?? Infinity);
  const best = losses.reduce((least, loss) => Math.min(least, loss), Infinity);
  const sign = direction === "maximize" ? -1 : 1;
  if (target !== undefined && best <= sign * target)
    return `the study has reached its target: ${metric} ${sign * best}, wanted ${target}`;
  const used = ended.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / SECONDS_PER_HOUR;
  if (cpuHours !== undefined && used >= cpuHours)
    return `the study has used ${used.toFixed(1)} of its ${cpuHours} core-hours`;
  const since = losses.length - 1 - losses.indexOf(best);
  return patience !== undefined && best < Infinity && since >= patience
    ? `no new best among the last ${formatCount(since)} trials`
    : undefined;
}
