import type { HoldoutMetric } from "../core/holdout-metrics.ts";
import { scoreClasses } from "./classification.ts";
import { areaUnderCurve, logLoss } from "./probabilities.ts";

/** What a trainer says of rows, in their order. */
export interface JudgedRows {
  /** One class a row. */
  readonly predictions: Uint8Array;
  /** [rows, classes]; absent where only classes are known. */
  readonly probabilities?: Float32Array | undefined;
}

/** Rows predicted right, and what can be reckoned of HOLDOUT_METRICS. @param labels one class 0 .. classes-1 a row */
export function scoreHoldout(
  { predictions, probabilities }: JudgedRows,
  labels: Uint8Array,
  classes: number,
): { readonly correct: number; readonly metrics: Partial<Record<HoldoutMetric, number>> } {
  const { correct, balancedAccuracy, macroF1 } = scoreClasses(predictions, labels, classes);
  if (probabilities === undefined) return { correct, metrics: { balancedAccuracy, macroF1 } };
  const auc = areaUnderCurve(probabilities, labels, classes);
  const metrics = {
    ...{ balancedAccuracy, macroF1, logLoss: logLoss(probabilities, labels, classes) },
    ...(auc === undefined ? {} : { auc }),
  };
  return { correct, metrics };
}
