import { groupBy } from "../core/objects.ts";
import type { Goals, Objective, SearchSpace } from "../core/study.ts";
import { type FailureKind, type StepRecord, TRIAL_STATES, type TrialState } from "../core/trial.ts";
import { type Measurements, measureTrials } from "./measurements.ts";
import { HOLDOUT_ACCURACY } from "./outcome.ts";
import { judgeBest, type ReportedTieGroup, type RowPredictions } from "./judge-best.ts";
import type { CorrectedEstimate, Untold } from "./comparison/comparison.ts";

import { suggestSpace, type Suggestion, type SuggestionOptions } from "./importance/suggestion.ts";
import { codeParameters, isVarying, type ParameterColumn } from "./parameter-column.ts";
import { findParetoFront, type Moments, type ParetoFront } from "./pareto/pareto.ts";
import { cutToMeeting, type Ranking, rankTrials, type RankedTrial } from "./rank.ts";
import { countUnmet, type RequirementSummary } from "./requirements.ts";
import type { Rows } from "./rows.ts";
import { summariseParameters, type ParameterSummary } from "./summary.ts";
import type { TrialTable } from "./trial-table.ts";

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
  /** Whether its trials stand in the ranking. */
  readonly ranked: boolean;
}

/** How the trials of a study stand and compare. */
export interface StudyRanking {
  readonly study: string;
  /** The first of `objectives`: what trials are ranked by. */
  readonly objective: Objective;
  readonly objectives: readonly Objective[];
  readonly requirements: readonly RequirementSummary[];
  /** The present one first. */
  readonly settings: readonly SettingSummary[];
  /** Of the present setting, as everything below but the ranking under `--setting all`. */
  readonly counts: TrialCounts;
  /** Rows of the hold-out when the objective is its accuracy and all trials share it, else null. */
  readonly holdoutRows: number | null;
  /** Names of what complete trials measured. */
  readonly metrics: readonly string[];
  /** Rows of the ranking that share rank 1. */
  readonly sharing: number;
  /** Rows of the ranking, the first ones, that meet all requirements. */
  readonly meeting: number;
  /** Best first; those that do not meet all requirements come after those that do. */
  readonly ranking: Rows<ReportedTrial>;
}

/** All a report tells of a study, whatever its format. */
export interface StudyReport extends StudyRanking {
  /** Which rows no other beats in all objectives; null where the study has one objective. */
  readonly pareto: ParetoFront | null;
  /** Rows of the present setting's ranking that cannot be told from the best. */
  readonly tieGroup: ReportedTieGroup | Untold;
  /** What the best is worth, freed of the luck for which it was picked. */
  readonly corrected: CorrectedEstimate | Untold;
  /** Names of the searched parameters, in the study's order. */
  readonly searched: readonly string[];
  /** Parameters that take more than one value, in the order of the search space. */
  readonly varying: readonly string[];
  /** The parameter that matters most first. */
  readonly parameters: readonly ParameterSummary[];
  /** What to search next, where the ranking tells: a narrower space, or a wider one; null where it does not. */
  readonly next: NextSpace | null;
  /** The most frequent kind first. */
  readonly failures: readonly FailureSummary[];
}

interface NextSpace {
  /** Of parameters that would change. */
  readonly suggestions: readonly Suggestion[];
  /** The whole space with these changes, as a study file takes it. */
  readonly yaml: string;
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
export interface ReportedStudy extends Goals {
  readonly name: string;
  /** The names of the searched parameters, in the study's order. */
  readonly space: readonly string[];
  /** The present one first. */
  readonly settings: readonly ReportedSetting[];
  /** Why a row is none that the study would propose now; null for one that is. */
  readonly explainOutside: (row: RankedTrial) => string | null;
  /** What is searched, and how a space is written; absent: nothing is suggested. */
  readonly search?: {
    readonly space: SearchSpace;
    readonly limitsOf: NonNullable<SuggestionOptions["limitsOf"]>;
    readonly formatSpace: (space: SearchSpace) => string;
  };
}

/** @param ranksAll whether trials of other settings stand in the ranking too, each setting's apart */
export function buildStudyRanking(
  study: ReportedStudy,
  table: TrialTable,
  ranksAll = false,
): StudyRanking {
  return rankStudyTrials(study, table, ranksAll).told;
}

/** What a report looks up: it is too much to be read for every trial. Of rows of the table. */
export interface Evidence extends RowPredictions {
  /** What a failed trial said. */
  readonly explainFailure: (row: number) => string;
  /** When a trial that has ended began and ended, in seconds; undefined where it is not known. */
  readonly momentsOf?: () => (row: number) => Moments | undefined;
}

/** The same, who else may be the best, and what each parameter does. */
export function buildStudyReport(
  study: ReportedStudy,
  table: TrialTable,
  evidence: Evidence,
  ranksAll = false,
): StudyReport {
  const { objective, space } = study;
  const { told, measured, ranking } = rankStudyTrials(study, table, ranksAll);
  const own = ownRows(study, table);
  const failed = own.filter((row) => table.states[row] === "failed");
  const code = (...rows: readonly Int32Array[]) => {
    const all = Int32Array.from(rows.flatMap((each) => [...each]));
    const columns = codeParameters(all.length, (place) => table.paramsOf(all[place] ?? 0), space);
    return columns.filter(isVarying);
  };
  const ownRanking = ranksAll ? rankTrials(table, study, presentOf(study), measured) : ranking;
  const meeting = cutToMeeting(ownRanking);
  const { objectives, firsts } = meeting;
  const parameters = summariseParameters(code(firsts, failed), objectives, objective.direction);
  return {
    ...told,
    ...judgeBest({ ranking: meeting, table, measured, objective }, evidence),
    pareto: findParetoFront(meeting, told.objectives, {
      ...{ table, momentsOf: evidence.momentsOf },
    }),
    ...{ searched: space, parameters },
    varying: code(ranking.firsts).map(({ name }) => name),
    next: suggestNext(study, code(firsts), objectives, parameters),
    failures: summariseFailures(own, table, evidence.explainFailure),
  };
}

/** Only what matters beyond chance is searched otherwise. */
function suggestNext(
  { search, objective }: ReportedStudy,
  columns: readonly ParameterColumn[],
  objectives: Float64Array,
  parameters: readonly ParameterSummary[],
): NextSpace | null {
  if (search === undefined) return null;
  const mattering = parameters.filter(({ importance }) => importance?.isBeyondChance);
  const all = suggestSpace(search.space, columns, objectives, objective.direction, {
    beyondChance: new Set(mattering.map(({ name }) => name)),
    limitsOf: search.limitsOf,
  });
  const suggestions = all.filter(({ action }) => action !== "keep");
  if (suggestions.length === 0) return null;
  return { suggestions, yaml: search.formatSpace(all.map(({ dimension }) => dimension)) };
}

function rankStudyTrials(
  study: ReportedStudy,
  table: TrialTable,
  ranksAll: boolean,
): { readonly told: StudyRanking; readonly measured: Measurements; readonly ranking: Ranking } {
  const { name, objective, settings, explainOutside } = study;
  const { objectives = [objective], requirements = [] } = study;
  const present = presentOf(study);
  const own = ownRows(study, table);
  const measured = measureTrials(table, study);
  const ranking = rankTrials(table, study, ranksAll ? undefined : present, measured);
  const [best] = ranking.objectives;
  const { meeting } = ranking;
  const told = {
    study: name,
    ...{ objective, objectives, meeting },
    requirements: requirements.map((each) =>
      countUnmet(each, ranking.asked.get(each.metric) ?? new Float64Array()),
    ),
    settings: settings.map((each) =>
      countSetting(each, table, ranksAll || each.setting === present),
    ),
    counts: countTrials(own, table, measured),
    holdoutRows: objective.metric === HOLDOUT_ACCURACY ? sharedHoldoutRows(own, table) : null,
    metrics: [...(measured.names.get(present) ?? [])],
    sharing: ranking.objectives.subarray(0, meeting).filter((each) => each === best).length,
    ranking: ranking.rows.map((row) => ({ ...row, outside: explainOutside(row) })),
  };
  return { told, measured, ranking };
}

/** All is told of the present setting. */
function presentOf({ settings }: ReportedStudy): string {
  return settings[0]?.setting ?? "";
}

/** Its rows of the table, by number. */
function ownRows(study: ReportedStudy, table: TrialTable): Int32Array {
  const present = presentOf(study);
  return table.listByNumber().filter((row) => table.settings[row] === present);
}

/** `present`, or what is different. */
export function labelOfSetting({ settings }: Pick<StudyReport, "settings">, hash: string): string {
  const found = settings.find(({ setting }) => setting === hash);
  return found === undefined || found.differences.length === 0
    ? "present"
    : found.differences.join(", ");
}

function countSetting(
  summary: ReportedSetting,
  { settings, states }: TrialTable,
  ranked: boolean,
): SettingSummary {
  let [trials, complete] = [0, 0];
  for (const [row, setting] of settings.entries()) {
    if (setting !== summary.setting) continue;
    trials += 1;
    if (states[row] === "complete") complete += 1;
  }
  return { ...summary, trials, complete, ranked };
}

function countTrials(
  rows: Int32Array,
  { states }: TrialTable,
  { objective }: Measurements,
): TrialCounts {
  const counts = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<
    TrialState,
    number
  >;
  let unranked = 0;
  for (const row of rows) {
    const state = states[row] ?? "waiting";
    counts[state] += 1;
    if (state === "complete" && Number.isNaN(objective[row])) unranked += 1;
  }
  return { planned: rows.length, ...counts, unranked };
}

function sharedHoldoutRows(rows: Int32Array, { counts }: TrialTable): number | null {
  const told = new Set([...rows].map((row) => counts[row] ?? NaN));
  told.delete(NaN);
  const [shared] = told;
  return told.size === 1 && shared !== undefined ? shared : null;
}

function summariseFailures(
  rows: Int32Array,
  { numbers, failures }: TrialTable,
  explain: (row: number) => string,
): readonly FailureSummary[] {
  const byKind = groupBy(rows, (row) => failures[row] ?? null);
  return [...byKind]
    .flatMap(([kind, all]) => {
      const [first] = all;
      if (kind === null || first === undefined) return [];
      const example = { number: numbers[first] ?? NaN, message: explain(first) };
      return [{ kind, trials: all.length, example }];
    })
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}
