import { formatValue } from "../core/parameter-value.ts";
import type { ParameterValue } from "../core/study.ts";

/** Complete results of one trial that should be equal bit for bit, and are not. */
export interface Disagreement {
  /** The trial. */
  readonly number: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Metrics with a meaning of their own beside being an objective. */
export const HOLDOUT_ACCURACY = "holdoutAccuracy";
export const SELECTED_EPOCH = "selectedEpoch";
export const HOLDOUT_LOSS = "holdoutLoss";

/** Orders parameter values: numbers by size, then everything else by its text. */
export function compareValues(a: ParameterValue, b: ParameterValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [left, right] = [formatValue(a), formatValue(b)];
  return left < right ? -1 : Number(left > right);
}
