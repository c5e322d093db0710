import {
  type Comparison,
  type CorrectedEstimate,
  findLargest,
  scoreCandidates,
  type Untold,
} from "./comparison.ts";
import { createRunReader } from "./correctness.ts";
import { estimateOutOfBag } from "./out-of-bag.ts";
import { shrinkBest } from "./shrinkage.ts";

/**
 * What the best is worth: by out-of-bag rows where the objective is the accuracy on stored predictions
 * (`estimateOutOfBag`), else, by replicates, as much of its lead as the whole field makes likely (`shrinkBest`).
 */
export function correctBest(
  comparison: Comparison,
  reader = createRunReader(comparison),
): CorrectedEstimate | Untold {
  if (findLargest(scoreCandidates(comparison)) < 0)
    return { reason: "no trial has a value of the objective" };
  const byRows = reader === null ? null : estimateOutOfBag(comparison, reader);
  return byRows ?? shrinkBest(comparison);
}
