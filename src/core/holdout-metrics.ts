import type { Objective } from "./study.ts";

/** What bsweep reckons itself of the rows held out, for any trainer on packed data, and which way is better. */
export const HOLDOUT_METRICS = {
  balancedAccuracy: "maximize",
  macroF1: "maximize",
  logLoss: "minimize",
  auc: "maximize",
} as const satisfies Readonly<Record<string, Objective["direction"]>>;

export type HoldoutMetric = keyof typeof HOLDOUT_METRICS;

export function isHoldoutMetric(metric: string): metric is HoldoutMetric {
  return Object.hasOwn(HOLDOUT_METRICS, metric);
}
