import { LIVELY_KINDS } from "../../core/standing.ts";
import { plural } from "../../core/quantities.ts";
import { whyUnusable } from "../../rounds/round.ts";
import type { UnusableRound } from "../../rounds/round.ts";
import type { Observation } from "../cluster/observe.ts";

/**
 * Why a round is not packed yet; undefined where it may be: each of its trials has a result of this round, or was tried
 * again later, or nothing is on its way any more, as `status` tells.
 */
export function whyNotPackable(
  { trials, results }: Pick<Observation, "trials" | "results">,
  unusable: readonly UnusableRound[],
  round: number,
): string | undefined {
  const error = whyUnusable(unusable, round);
  if (error !== undefined) return error.message;
  const ended = new Set(results.map(({ trialId, attempt }) => `${trialId} ${attempt}`));
  let [planned, open] = [0, 0];
  for (const { planned: attempts, place, state } of trials) {
    const own = attempts.filter((each) => each.round === round);
    if (own.length === 0) continue;
    planned += 1;
    const isOpen = own.some(
      ({ trialId, attempt }) => attempt === place.attempt && !ended.has(`${trialId} ${attempt}`),
    );
    if (isOpen && (LIVELY_KINDS.has(state.kind) || state.kind === "not submitted")) open += 1;
  }
  if (planned === 0) return "no plan of it is known";
  return open === 0 ? undefined : `${plural(open, "trial")} may still leave a result`;
}
