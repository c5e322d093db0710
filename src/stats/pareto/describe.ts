import { formatCount, formatValue, plural } from "../../core/quantities.ts";
import type { ParetoFront } from "./pareto.ts";

/** Who is on the front, and how large it is, a sentence each; without full stops. */
export function describeFront(front: ParetoFront): readonly string[] {
  const { objectives, members, candidates, untold, hypervolume, reference } = front;
  const goals = objectives
    .map(
      ({ metric, direction }) => `${metric} (${direction === "maximize" ? "highest" : "lowest"})`,
    )
    .join(", ");
  const who = `Pareto front: ${formatCount(members.length)} of ${plural(candidates, "trial")}; none is beaten by a trial that is as good in ${goals} and better in one of them`;
  if (candidates === 0) return [`Pareto front: no trial tells all of ${goals}`];
  const others = untold === 0 ? [] : [`${plural(untold, "other trial")} did not tell all of these`];
  if (hypervolume === null) return [who, ...others];
  const share = shareOf(front, hypervolume);
  const percent = share === null ? "" : `, ${(share * 100).toFixed(1)} % of what could be`;
  const worst = reference.map(formatGoal).join(", ");
  return [
    who,
    ...others,
    `Hypervolume ${formatValue(hypervolume)} up to the worst values (${worst})${percent}`,
  ];
}

/** Of the box between the best and the worst values; null where all trials are equal in some objective. */
function shareOf({ reference, ideal }: ParetoFront, hypervolume: number): number | null {
  const box = reference.reduce((size, worst, at) => size * Math.abs(worst - (ideal[at] ?? NaN)), 1);
  return box > 0 && Number.isFinite(box) ? hypervolume / box : null;
}

/** A metric's value, or a cost: whole numbers as such. */
export function formatGoal(value: number): string {
  return Number.isSafeInteger(value) ? formatCount(value) : formatValue(value);
}
