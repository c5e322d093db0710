import type { Metrics } from "../core/trial.ts";
import { HOLDOUT_ACCURACY, HOLDOUT_LOSS } from "./outcome.ts";

/** What a trainer tells at every step of what it measures on the hold-out once, at the end. */
const TOLD_ON_THE_WAY: Readonly<Record<string, string>> = {
  [HOLDOUT_ACCURACY]: "validationAccuracy",
  [HOLDOUT_LOSS]: "validationLoss",
  logLoss: "validationLoss",
};

/** How a metric ends that is the best of the steps of another (core/study.ts, bestOfSteps). */
const BEST = /\.(?:max|min)$/;

/**
 * Where the objective stands at a step: its own metric, or the one it is the best of; of the hold-out's, which no step may
 * look at, the validation's;
 * undefined where the step tells neither, for no other metric says anything about it.
 */
export function objectiveAt(metrics: Metrics, metric: string): number | undefined {
  if (Object.hasOwn(metrics, metric)) return metrics[metric];
  const other = Object.hasOwn(TOLD_ON_THE_WAY, metric)
    ? (TOLD_ON_THE_WAY[metric] ?? "")
    : metric.replace(BEST, "");
  return Object.hasOwn(metrics, other) ? metrics[other] : undefined;
}
