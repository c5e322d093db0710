import type { Goals, Objective } from "../core/study.ts";
import type { StepRecord } from "../core/trial.ts";
import { type Measurements, measureTrials } from "./measurements.ts";
import { HOLDOUT_ACCURACY } from "./outcome.ts";
import { judgeBest, type ReportedTieGroup, type RowPredictions } from "./judge-best.ts";
import type { CorrectedEstimate, Untold } from "./comparison/comparison.ts";
import { type Standings, UNRANKED } from "./ledger/attempt.ts";
import type { Ledger } from "./ledger/ledger.ts";
import {
  type ImportanceQuestion,
  measureImportance,
  type StudyImportance,
} from "./importance/importance.ts";
import {
  askImportance,
  type JudgedParameters,
  judgeParameters,
  type ReportedSearch,
} from "./judge-parameters.ts";
import { codeParameters, isVarying, takeFirst } from "./parameter-column.ts";
import {
  countSetting,
  countTrials,
  type FailureSummary,
  type ReportedSetting,
  type SettingSummary,
  sharedHoldoutRows,
  summariseFailures,
  type TrialCounts,
} from "./trial-counts.ts";
import type { ReportedChoice, SearchReport } from "./search/search-report.ts";
import { findParetoFront, type Moments, type ParetoFront } from "./pareto/pareto.ts";
import { cutToMeeting, type Ranking, rankTrials, type RankedTrial } from "./rank.ts";
import { countUnmet, type RequirementSummary } from "./requirements.ts";
import type { Rows } from "./rows.ts";
import { knownOrNull, type TrialTable } from "./trial-table.ts";

/** A row of the ranking, and whether the study as it is now would still propose it. */
export interface ReportedTrial extends RankedTrial {
  /** What the study does not have any more, such as `x 4`; null when it has it all. */
  readonly outside: string | null;
  /** What each replicate measured on the way; absent unless it was asked for. */
  readonly steps?: readonly { readonly trialId: string; readonly history: readonly StepRecord[] }[];
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
  /** Names of the searched parameters, in the study's order. */
  readonly searched: readonly string[];
  /** Rows of the ranking that share rank 1. */
  readonly sharing: number;
  /** Rows of the ranking, the first ones, that meet all requirements. */
  readonly meeting: number;
  /** Which rows no other beats in all objectives; null where the study has one objective. */
  readonly pareto: ParetoFront | null;
  /** Best first; those that do not meet all requirements come after those that do. */
  readonly ranking: Rows<ReportedTrial>;
}

/** All a report tells of a study, whatever its format. */
export interface StudyReport extends StudyRanking, JudgedParameters {
  /** Rows of the present setting's ranking that cannot be told from the best. */
  readonly tieGroup: ReportedTieGroup | Untold;
  /** What the best is worth, freed of the luck for which it was picked. */
  readonly corrected: CorrectedEstimate | Untold;
  /** Parameters that take more than one value, in the order of the search space. */
  readonly varying: readonly string[];
  /** The most frequent kind first. */
  readonly failures: readonly FailureSummary[];
  /** What it has cost, all settings together; the bests are the present one's. */
  readonly ledger: Ledger;
  /** How its search went; null where it neither searches nor stops trials early. */
  readonly search: SearchReport | null;
}

/** A study, as far as a report needs it. */
export interface ReportedStudy extends Goals {
  readonly name: string;
  /** The names of the searched parameters, in the study's order. */
  readonly space: readonly string[];
  /** The present one first. */
  readonly settings: readonly ReportedSetting[];
  /** Why a row is none that the study would propose now; null for one that is. */
  readonly explainOutside: (row: RankedTrial) => string | null;
  /** Absent: nothing is suggested. */
  readonly search?: ReportedSearch;
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
  /** What the study has cost, all settings together. */
  readonly readLedger: (standings: Standings) => Ledger;
  /** What a failed trial said. */
  readonly explainFailure: (row: number) => string;
  /** When a trial that has ended began and ended, in seconds; undefined where it is not known. */
  readonly momentsOf?: () => (row: number) => Moments | undefined;
  /** How its search went. */
  readonly readSearch?: (evidence: SearchEvidence) => SearchReport | null;
}

/** What the search came to. */
export interface SearchEvidence {
  /** What became of the trial of that number. */
  readonly standingOf: (number: number) => Pick<ReportedChoice, "state" | "objective">;
  /** The first rows of the ranking. */
  readonly best: readonly Pick<RankedTrial, "number" | "objective" | "params">[];
}

/** Rows of the ranking that a model is asked about. */
const ASKED = 5;

/** The same, who else may be the best, and what each parameter does. */
export function buildStudyReport(
  study: ReportedStudy,
  table: TrialTable,
  evidence: Evidence,
  ranksAll = false,
): StudyReport {
  const { question, judge } = beginReport(study, table, evidence, ranksAll);
  const { parameters, objectives, direction } = question;
  return judge()(measureImportance(parameters, objectives, direction)).report;
}

export interface BegunReport {
  /** What is asked of importance, which may be measured while `judge` does the rest. */
  readonly question: ImportanceQuestion;
  readonly judge: () => (measured: StudyImportance | null) => RankedReport;
}

/** A report, and its ranking in columns: of very many trials, who needs little of each makes no row for it. */
export interface RankedReport {
  readonly report: StudyReport;
  readonly ranking: Ranking;
}

/** The same in steps. */
export function beginReport(
  study: ReportedStudy,
  table: TrialTable,
  evidence: Evidence,
  ranksAll: boolean,
): BegunReport {
  const { objective, space } = study;
  const { momentsOf } = evidence;
  const { told, measured, ranking, meeting } = rankStudyTrials(study, table, ranksAll, momentsOf);
  const own = ownRows(study, table);
  const failed = own.filter((row) => table.states[row] === "failed");
  const code = (rows: Int32Array) =>
    codeParameters(rows.length, (place) => table.paramsOf(rows[place] ?? 0), space);
  const { objectives, firsts } = meeting;
  const { direction } = objective;
  const all = code(Int32Array.of(...firsts, ...failed));
  const columns = all.map((column) => takeFirst(column, firsts.length)).filter(isVarying);
  const withFailed = all.filter(isVarying);
  const isWhole = !ranksAll && firsts.length === ranking.firsts.length;
  const shown = isWhole ? columns : code(ranking.firsts).filter(isVarying);
  const parameters = { columns, withFailed, objectives, direction };
  const judge = (): ReturnType<BegunReport["judge"]> => {
    const best = judgeBest({ ranking: meeting, table, measured, objective }, evidence);
    const rest = {
      varying: shown.map(({ name }) => name),
      failures: summariseFailures(own, table, evidence.explainFailure),
      ledger: evidence.readLedger(createStandings(meeting, table, measured)),
      search:
        evidence.readSearch?.({
          standingOf: createStandingLookup(own, table, measured),
          best: meeting.rows.slice(0, ASKED),
        }) ?? null,
    };
    return (importance) => {
      const judged = judgeParameters(parameters, study.search, importance);
      return { report: { ...told, ...best, ...judged, ...rest }, ranking };
    };
  };
  return { question: askImportance(parameters, study.search), judge };
}

function createStandings(
  ranking: Ranking,
  { length, trialIds }: TrialTable,
  { objective }: Measurements,
): Standings {
  const groups = new Int32Array(length).fill(-1);
  for (const place of ranking.firsts.keys())
    for (const row of ranking.rowsAt(place)) groups[row] = place;
  const rows = new Map(trialIds.map((trialId, row) => [trialId, row]));
  return (trialId) => {
    const row = rows.get(trialId) ?? -1;
    const group = groups[row] ?? -1;
    return group < 0 ? UNRANKED : { group, objective: knownOrNull(objective[row]) };
  };
}

function createStandingLookup(
  own: Int32Array,
  { numbers, states }: TrialTable,
  { objective }: Measurements,
): SearchEvidence["standingOf"] {
  const rows = new Map(Array.from(own, (row) => [numbers[row], row]));
  return (number) => {
    const row = rows.get(number) ?? -1;
    return { state: states[row] ?? "waiting", objective: knownOrNull(objective[row]) };
  };
}

interface RankedStudy {
  readonly told: StudyRanking;
  readonly measured: Measurements;
  readonly ranking: Ranking;
  /** Of the present setting, the rows that meet all requirements. */
  readonly meeting: Ranking;
}

function rankStudyTrials(
  study: ReportedStudy,
  table: TrialTable,
  ranksAll: boolean,
  momentsOf?: Evidence["momentsOf"],
): RankedStudy {
  const { name, objective, settings, explainOutside } = study;
  const { objectives = [objective], requirements = [] } = study;
  const present = presentOf(study);
  const rows = ownRows(study, table);
  const measured = measureTrials(table, study);
  const ranking = rankTrials(table, study, ranksAll ? undefined : present, measured);
  const ownRanking = ranksAll ? rankTrials(table, study, present, measured) : ranking;
  const own = cutToMeeting(ownRanking);
  const [best] = ranking.objectives;
  const { meeting } = ranking;
  const told = {
    study: name,
    ...{ objective, objectives, meeting },
    pareto: findParetoFront(own, objectives, { table, momentsOf }),
    requirements: requirements.map((each) =>
      countUnmet(each, ranking.asked.get(each.metric) ?? new Float64Array()),
    ),
    settings: settings.map((each) =>
      countSetting(each, table, ranksAll || each.setting === present),
    ),
    counts: countTrials(rows, table, measured),
    holdoutRows: objective.metric === HOLDOUT_ACCURACY ? sharedHoldoutRows(rows, table) : null,
    metrics: [...(measured.names.get(present) ?? [])],
    searched: study.space,
    sharing: ranking.objectives.subarray(0, meeting).filter((each) => each === best).length,
    ranking: ranking.rows.map((row) => ({ ...row, outside: explainOutside(row) })),
  };
  return { told, measured, ranking, meeting: own };
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
