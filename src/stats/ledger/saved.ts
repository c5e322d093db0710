import { quantile, sortNumbers } from "../moments.ts";
import type { AttemptRecord } from "./attempt.ts";
import { type Amount, costOf } from "./cost.ts";

/** What trials would have cost that were not trained to their end. */
export interface Saved {
  readonly pruned: number;
  readonly skipped: number;
  /** Estimates, as `Cost` has them: the steps that were left, at the trial's own pace; of one that never began, at the median pace of complete trials. */
  readonly wall: Amount;
  readonly cpu: Amount;
}

/** Of trials whose result that counts was pruned or skipped: one that was trained to its end later has saved nothing. */
export function measureSaved(attempts: readonly AttemptRecord[]): Saved {
  const early = attempts.filter(
    ({ counts, state }) => counts && (state === "pruned" || state === "skipped"),
  );
  const pace = medianPace(attempts);
  const { wall, cpu } = costOf(
    early.map((attempt) => ({
      seconds: secondsLeft(attempt, pace),
      cpuSeconds: null,
      request: attempt.request,
    })),
  );
  const pruned = early.filter(({ state }) => state === "pruned").length;
  return { pruned, skipped: early.length - pruned, wall, cpu };
}

/** Seconds a step of complete trials; null where there is none. */
function medianPace(attempts: readonly AttemptRecord[]): number | null {
  const paces = attempts
    .filter(({ counts, state }) => counts && state === "complete")
    .map(({ seconds, epochs }) => seconds / epochs);
  return paces.length === 0 ? null : quantile(sortNumbers(paces), 0.5);
}

function secondsLeft(
  { state, lastStep, seconds, epochs }: AttemptRecord,
  pace: number | null,
): number | null {
  const isBegun = state === "pruned" && lastStep !== null && lastStep > 0;
  if (!isBegun) return pace === null ? null : pace * epochs;
  // Steps that are no epochs: nobody knows how many were left.
  return lastStep > epochs ? null : (seconds / lastStep) * (epochs - lastStep);
}
