import { isCost } from "../core/costs.ts";
import type { Goals, Requirement } from "../core/study.ts";
import type { TrialResult } from "../core/trial.ts";

/** Whether a value keeps to a requirement; one that is not known does not. */
export function isMet({ atMost = Infinity, atLeast = -Infinity }: Requirement, value: number) {
  return value <= atMost && value >= atLeast;
}

/** `modelParameters <= 50000`, `0.1 <= rate <= 0.2` */
export function formatRequirement({ metric, atMost, atLeast }: Requirement): string {
  if (atMost === undefined) return `${metric} >= ${atLeast}`;
  return `${atLeast === undefined ? "" : `${atLeast} <= `}${metric} <= ${atMost}`;
}

/** What a trial has of each requirement's metric; NaN: not known. A report's own metric goes before a cost. */
export function requiredOf(
  { metrics, model, timing, usage }: TrialResult,
  { requirements = [] }: Goals,
): readonly number[] {
  const costs = { ...usage, seconds: timing.seconds, modelParameters: model?.parameters ?? null };
  return requirements.map(({ metric }) => {
    if (Object.hasOwn(metrics, metric)) return metrics[metric] ?? NaN;
    return (isCost(metric) ? costs[metric] : null) ?? NaN;
  });
}

/** Whether a complete trial keeps to all that is required. */
export function meetsAll(result: TrialResult, goals: Goals): boolean {
  const values = requiredOf(result, goals);
  return (goals.requirements ?? []).every((each, at) => isMet(each, values[at] ?? NaN));
}

/** How many rows of a ranking do not meet a requirement. */
export interface RequirementSummary extends Requirement {
  readonly unmet: number;
  /** Of these, those of which the metric is not known. */
  readonly unknown: number;
}

/** @param values what each row has of the requirement's metric; NaN: not known */
export function countUnmet(requirement: Requirement, values: Float64Array): RequirementSummary {
  return {
    ...requirement,
    unmet: values.filter((value) => !isMet(requirement, value)).length,
    unknown: values.filter(Number.isNaN).length,
  };
}
