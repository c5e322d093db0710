import {
  type Comparison,
  type CorrectedEstimate,
  findLargest,
  scoreCandidates,
  type Untold,
} from "./comparison.ts";
import { estimateOutOfBag } from "./out-of-bag.ts";
import { shrinkBest } from "./shrinkage.ts";

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
