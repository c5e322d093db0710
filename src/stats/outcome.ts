import type { ParameterValue } from "../core/study.ts";
import type { ResultState, TrialResult } from "../core/trial.ts";

/** Where one trial of a study stands, seen through its results. */
export interface TrialOutcome extends Pick<
  TrialResult,
  "number" | "trialId" | "params" | "replicate" | "metrics" | "failure"
> {
  readonly epochs: number;
  /** Hash of the setting it was planned in (core/setting.ts). */
  readonly setting: string;
  /** `waiting`: planned, and no valid result so far. */
  readonly state: ResultState | "waiting";
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  /** Trainable numbers of the model. */
  readonly modelParameters: number | null;
  /** Wall seconds of the attempt that counts. */
  readonly seconds: number | null;
}

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
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}
