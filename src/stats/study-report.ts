import {
  explainFailure,
  type FailureKind,
  type StepRecord,
  TRIAL_STATES,
  type TrialState,
} from "../core/trial.ts";
import { groupBy } from "../core/objects.ts";
import type { Objective } from "../core/study.ts";
import { HOLDOUT_ACCURACY, type TrialOutcome } from "./outcome.ts";
import { rankTrials, type RankedTrial } from "./rank.ts";
import { summariseParameters, varyingParameters, type ParameterSummary } from "./summary.ts";

interface FailureSummary {
  readonly kind: FailureKind;
  readonly trials: number;
  /** The failed trial with the lowest number, and what it said. */
  readonly example: { readonly number: number; readonly message: string };
}

/** A row of the ranking, and whether the study as it is now would still propose it. */
export interface ReportedTrial extends RankedTrial {
  /** What the study does not have any more, such as `x 4`; null when it has it all. */
  readonly outside: string | null;
  /** What each replicate measured on the way; absent unless it was asked for. */
  readonly steps?: readonly { readonly trialId: string; readonly history: readonly StepRecord[] }[];
}

/** A setting in which trials were planned (core/setting.ts). */
interface SettingSummary {
  readonly setting: string;
  /** In which it differs from the study's present one, in words; empty for that. */
  readonly differences: readonly string[];
  readonly trials: number;
  readonly complete: number;
}

/** How the trials of a study stand and compare. */
export interface StudyRanking {
  readonly study: string;
  readonly objective: Objective;
  /** The present one first. */
  readonly settings: readonly SettingSummary[];
  /** Of the present setting, as everything below but the ranking under `--setting all`. */
  readonly counts: TrialCounts;
  /** Rows of the hold-out when the objective is its accuracy and all trials share it, else null. */
  readonly holdoutRows: number | null;
  /** Names of what complete trials measured. */
  readonly metrics: readonly string[];
  /** Best first. */
  readonly ranking: readonly ReportedTrial[];
}

/** All a report tells of a study, whatever its format. */
export interface StudyReport extends StudyRanking {
  /** Names of the searched parameters, in the study's order. */
  readonly searched: readonly string[];
  /** Parameters that take more than one value, in the order of the search space. */
  readonly varying: readonly string[];
  /** The parameter that matters most first. */
  readonly parameters: readonly ParameterSummary[];
  /** The most frequent kind first. */
  readonly failures: readonly FailureSummary[];
}

/** Trials by state, replicates counted one by one. */
type TrialCounts = Readonly<Record<TrialState, number>> & {
  /** All of them. */
  readonly planned: number;
  /** Complete, yet without the metric the study ranks by. */
  readonly unranked: number;
};

export type ReportedSetting = Pick<SettingSummary, "setting" | "differences">;

/** A study, as far as a report needs it. */
export interface ReportedStudy {
  readonly name: string;
  readonly objective: Objective;
  /** The names of the searched parameters, in the study's order. */
  readonly space: readonly string[];
  /** The present one first. */
  readonly settings: readonly ReportedSetting[];
  /** Why a row is none that the study would propose now; null for one that is. */
  readonly explainOutside: (row: RankedTrial) => string | null;
}

/** @param ranksAll whether trials of other settings stand in the ranking too, each setting's apart */
export function buildStudyRanking(
  { name, objective, settings, explainOutside }: ReportedStudy,
  outcomes: readonly TrialOutcome[],
  ranksAll = false,
): StudyRanking {
  const own = outcomesOf(settings, outcomes);
  return {
    study: name,
    objective,
    settings: settings.map((each) => countSetting(each, outcomes)),
    counts: countTrials(own, objective.metric),
    holdoutRows: objective.metric === HOLDOUT_ACCURACY ? sharedHoldoutRows(own) : null,
    metrics: listMetrics(own),
    ranking: rankTrials(ranksAll ? outcomes : own, objective).map((row) =>
      Object.assign(row, { outside: explainOutside(row) }),
    ),
  };
}

/** The same, and what each parameter does. */
export function buildStudyReport(
  study: ReportedStudy,
  outcomes: readonly TrialOutcome[],
  ranksAll = false,
): StudyReport {
  const { objective, space, settings } = study;
  const own = outcomesOf(settings, outcomes);
  const failed = own.filter(({ state }) => state === "failed").map(({ params }) => params);
  const ranking = buildStudyRanking(study, outcomes, ranksAll);
  const ownRanking = ranksAll ? rankTrials(own, objective) : ranking.ranking;
  return {
    ...ranking,
    searched: space,
    varying: varyingParameters(ranking.ranking, space),
    parameters: summariseParameters(ownRanking, failed, space, objective.direction),
    failures: summariseFailures(own),
  };
}

/** Those of the present setting, which all is told of. */
function outcomesOf(
  settings: readonly ReportedSetting[],
  outcomes: readonly TrialOutcome[],
): readonly TrialOutcome[] {
  return outcomes.filter(({ setting }) => setting === settings[0]?.setting);
}

/** `present`, or what is different. */
export function labelOfSetting({ settings }: Pick<StudyReport, "settings">, hash: string): string {
  const found = settings.find(({ setting }) => setting === hash);
  return found === undefined || found.differences.length === 0
    ? "present"
    : found.differences.join(", ");
}

function countSetting(summary: ReportedSetting, outcomes: readonly TrialOutcome[]): SettingSummary {
  const own = outcomes.filter(({ setting }) => setting === summary.setting);
  const complete = own.filter(({ state }) => state === "complete").length;
  return { ...summary, trials: own.length, complete };
}

function countTrials(outcomes: readonly TrialOutcome[], metric: string): TrialCounts {
  const inState = (state: TrialState) => outcomes.filter((outcome) => outcome.state === state);
  const counts = TRIAL_STATES.map((state) => [state, inState(state).length]);
  const unranked = inState("complete").filter(({ metrics }) => !Object.hasOwn(metrics, metric));
  return {
    planned: outcomes.length,
    ...(Object.fromEntries(counts) as Record<TrialState, number>),
    unranked: unranked.length,
  };
}

function sharedHoldoutRows(outcomes: readonly TrialOutcome[]): number | null {
  const counts = new Set(
    outcomes.flatMap(({ holdout }) => (holdout === null ? [] : [holdout.count])),
  );
  const [rows] = counts;
  return counts.size === 1 && rows !== undefined ? rows : null;
}

/** In the order in which trials tell them. */
function listMetrics(outcomes: readonly TrialOutcome[]): readonly string[] {
  const complete = outcomes.filter(({ state }) => state === "complete");
  const names = new Set<string>();
  for (const { metrics } of complete) for (const name of Object.keys(metrics)) names.add(name);
  return [...names];
}

function summariseFailures(outcomes: readonly TrialOutcome[]): readonly FailureSummary[] {
  const failed = [...outcomes]
    .sort((a, b) => a.number - b.number)
    .flatMap(({ number, failure }) => (failure === null ? [] : [{ number, failure }]));
  return [...groupBy(failed, ({ failure }) => failure.kind)]
    .map(([kind, group]) => {
      const [first] = group as [(typeof failed)[number]];
      const example = { number: first.number, message: explainFailure(first.failure) };
      return { kind, trials: group.length, example };
    })
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}
