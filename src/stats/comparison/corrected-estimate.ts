import type { Interval } from "../moments.ts";
import { type Comparison, findLargest, scoreCandidates, type Untold } from "./comparison.ts";
import { estimateOutOfBag } from "./out-of-bag.ts";
import { shrinkBest } from "./shrinkage.ts";

/** The best of a ranking, freed of the luck for which it was picked. */
export interface CorrectedEstimate {
  /** Place of the best. */
  readonly place: number;
  /** What the ranking says of it, which is too good on the average. */
  readonly ranked: number;
  readonly estimate: number;
  /** 95 % */
  readonly interval: Interval;
  /** Whose luck was taken off: that with the rows, with the rows and the seeds, or with the seeds alone. */
  readonly over: "rows" | "rows and seeds" | "seeds";
  /** Candidates near the best that could not take part, for their predictions are not stored. */
  readonly unread: number;
}

/**
 * What the best is worth: by out-of-bag rows where the objective is the accuracy on stored predictions
 * (`estimateOutOfBag`), else, by replicates, as much of its lead as the whole field makes likely (`shrinkBest`).
 */
export function correctBest(comparison: Comparison): CorrectedEstimate | Untold {
  const { holdout, direction } = comparison;
  if (findLargest(scoreCandidates(comparison)) < 0)
    return { reason: "no trial has a value of the objective" };
  const usesRows = holdout !== null && direction === "maximize";
  const byRows = usesRows ? estimateOutOfBag(comparison, holdout) : null;
  return byRows ?? shrinkBest(comparison);
}
