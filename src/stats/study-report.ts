import type { Objective } from "../core/study.ts";
import type { FailureKind } from "../core/trial.ts";
import { HOLDOUT_ACCURACY, type TrialOutcome } from "./outcome.ts";
import { rankTrials, type RankedTrial } from "./rank.ts";
import { summariseParameters, varyingParameters, type ParameterSummary } from "./summary.ts";

export interface FailureSummary {
  readonly kind: FailureKind;
  readonly trials: number;
  /** The failed trial with the lowest number, and what it said. */
  readonly example: { readonly number: number; readonly message: string };
}

/** All a report tells of a study, whatever its format. */
export interface StudyReport {
  readonly study: string;
  readonly objective: Objective;
  readonly counts: TrialCounts;
  /** Rows of the hold-out when the objective is its accuracy and all trials share it, else null. */
  readonly holdoutRows: number | null;
  /** Best first. */
  readonly ranking: readonly RankedTrial[];
  /** Parameters that take more than one value, in the order of the search space. */
  readonly varying: readonly string[];
  /** The parameter that matters most first. */
  readonly parameters: readonly ParameterSummary[];
  /** The most frequent kind first. */
  readonly failures: readonly FailureSummary[];
}

/** Trials, replicates counted one by one. planned = complete + failed + waiting. */
export interface TrialCounts {
  readonly planned: number;
  readonly complete: number;
  readonly failed: number;
  /** Still without a valid result. */
  readonly waiting: number;
  /** Complete, yet without the metric the study ranks by. */
  readonly unranked: number;
}

/** @param space the names of the searched parameters, in the study's order */
export function buildStudyReport(
  study: {
    readonly name: string;
    readonly objective: Objective;
    readonly space: readonly string[];
  },
  outcomes: readonly TrialOutcome[],
): StudyReport {
  const { name, objective, space } = study;
  const ranking = rankTrials(outcomes, objective);
  return {
    study: name,
    objective,
    counts: countTrials(outcomes, objective.metric),
    holdoutRows: objective.metric === HOLDOUT_ACCURACY ? sharedHoldoutRows(outcomes) : null,
    ranking,
    varying: varyingParameters(ranking, space),
    parameters: summariseParameters(ranking, space, objective.direction),
    failures: summariseFailures(outcomes),
  };
}

function countTrials(outcomes: readonly TrialOutcome[], metric: string): TrialCounts {
  const count = { complete: 0, failed: 0, waiting: 0, unranked: 0 };
  for (const { state, metrics } of outcomes) {
    count[state] += 1;
    if (state === "complete" && !Object.hasOwn(metrics, metric)) count.unranked += 1;
  }
  return { planned: outcomes.length, ...count };
}

function sharedHoldoutRows(outcomes: readonly TrialOutcome[]): number | null {
  const counts = new Set(
    outcomes.flatMap(({ holdout }) => (holdout === null ? [] : [holdout.count])),
  );
  const [rows] = counts;
  return counts.size === 1 && rows !== undefined ? rows : null;
}

function summariseFailures(outcomes: readonly TrialOutcome[]): readonly FailureSummary[] {
  const byKind = new Map<FailureKind, { trials: number; example: FailureSummary["example"] }>();
  for (const { number, failure } of [...outcomes].sort((a, b) => a.number - b.number)) {
    if (failure === null) continue;
    const seen = byKind.get(failure.kind);
    if (seen === undefined) {
      byKind.set(failure.kind, { trials: 1, example: { number, message: failure.message } });
    } else seen.trials += 1;
  }
  return [...byKind]
    .map(([kind, { trials, example }]) => ({ kind, trials, example }))
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}
