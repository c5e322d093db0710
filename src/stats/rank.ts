import type { Goals, Objective, Parameters, Requirement } from "../core/study.ts";
import type { Metrics } from "../core/trial.ts";
import { groupReplicates, type ReplicateGroups } from "./replicates.ts";
import { type Measurements, measureTrials } from "./measurements.ts";
import { estimateMean } from "./comparison/estimate.ts";
import { type Interval, mean, quantile, sortNumbers } from "./moments.ts";
import { HOLDOUT_ACCURACY } from "./outcome.ts";
import { formatRequirement, isMet } from "./requirements.ts";
import { Rows } from "./rows.ts";
import { knownOrNull, type TrialTable } from "./trial-table.ts";

/**
 * One row of a ranking: a trial, or the replicates of one set of parameters taken together. Its number and id are
 * those of the lowest number among the replicates, which share the setting.
 */
export interface RankedTrial {
  /** From 1; rows with an equal objective share it, and the next row's skips ahead: 1, 1, 3. */
  readonly rank: number;
  readonly number: number;
  readonly trialId: string;
  readonly params: Parameters;
  readonly epochs: number;
  /** Hash of the setting (core/setting.ts). */
  readonly setting: string;
  /** Mean over the complete replicates. */
  readonly objective: number;
  /** Complete replicates, and the lowest and highest objective among them. */
  readonly replicates: number;
  readonly spread: Interval;
  /** Between replicates, n - 1 below; null of a single one. */
  readonly standardDeviation: number | null;
  /** 95 %; null where nothing tells it. */
  readonly interval: Interval | null;
  /** What the interval is over: other seeds with these rows, or, of a single run, other rows with this seed. */
  readonly over: "seeds" | "rows" | null;
  /** Of a single run that told its predictions, else null. */
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  /** Means over the replicates that told them. */
  readonly metrics: Metrics;
  /** Ids of the replicates, by number. */
  readonly trialIds: readonly string[];
  /** Mean over the replicates; null when the trainer told none. */
  readonly holdoutLoss: number | null;
  /** Trainable numbers of the model; null when the trainer told none. */
  readonly modelParameters: number | null;
  /** The epoch whose weights were judged: mean over the replicates; null when the trainer told none. */
  readonly selectedEpoch: number | null;
  /** Mean over the replicates. */
  readonly seconds: number | null;
  /** Of several objectives, in their order; null: not told. Absent where the study has one. */
  readonly values?: readonly (number | null)[];
  /** What it has of each requirement's metric; absent where nothing is required. */
  readonly required?: readonly (number | null)[];
  /** Requirements that it does not meet, such as `modelParameters <= 50000`; absent where it meets all. */
  readonly unmet?: readonly string[];
}

/** The best row of a ranking, as every command names it. */
export type NamedBest = Pick<RankedTrial, "number" | "objective" | "replicates">;

export function nameBest({ number, objective, replicates }: RankedTrial): NamedBest {
  return { number, objective, replicates };
}

export interface Ranking {
  /** Best first. */
  readonly rows: Rows<RankedTrial>;
  /** How many rows, the first ones, meet all requirements. */
  readonly meeting: number;
  /** By place; see RankedTrial. */
  readonly ranks: Int32Array;
  /** By place. */
  readonly objectives: Float64Array;
  /** By place, of each objective and requirement by its metric: means over the replicates that told it; else NaN. */
  readonly asked: ReadonlyMap<string, Float64Array>;
  /** By place, the row of the table whose number the ranked row has. */
  readonly firsts: Int32Array;
  /** Rows of the table that the ranked row at a place is of, by number. */
  readonly rowsAt: (place: number) => Int32Array;
}

/** The rows of a ranking that meet all requirements. */
export function cutToMeeting(ranking: Ranking): Ranking {
  const { meeting, rows, ranks, objectives, firsts } = ranking;
  if (meeting === rows.length) return ranking;
  return {
    ...ranking,
    rows: rows.head(meeting),
    ranks: ranks.subarray(0, meeting),
    objectives: objectives.subarray(0, meeting),
    firsts: firsts.subarray(0, meeting),
  };
}

/** The best row, if any meets all requirements. */
export function bestOf({ rows, meeting }: Ranking): RankedTrial | undefined {
  return meeting > 0 ? rows.at(0) : undefined;
}

/**
 * Ranks complete trials: those that meet all requirements, then the others; among them better objective, then lower
 * hold-out loss, fewer model parameters, lower trial number. Only the objective decides the rank; the rest orders those
 * that share one. Replicates (equal setting, parameters and epochs) make one row. Trials without the objective's metric
 * are left out.
 * @param setting whose trials; by default all are, each setting's apart
 */
export function rankTrials(
  table: TrialTable,
  goals: Goals,
  setting?: string,
  measured: Measurements = measureTrials(table, goals),
): Ranking {
  const groups = groupReplicates(table, (row) => {
    const isWanted = setting === undefined || table.settings[row] === setting;
    return isWanted && !Number.isNaN(measured.objective[row]);
  });
  const means = (column: ArrayLike<number>): Float64Array =>
    Float64Array.from(groups.firsts, (_, group) => meanOfKnown(groups.rowsOf(group), column));
  const asked = new Map([...measured.asked].map(([metric, column]) => [metric, means(column)]));
  const { objective, objectives = [], requirements = [] } = goals;
  const isUnmet = judgeGroups(groups, requirements, asked);
  const order = orderGroups(groups, table, {
    objectives: asked.get(objective.metric) ?? new Float64Array(),
    losses: means(measured.holdoutLoss),
    ...{ isUnmet, direction: objective.direction },
  });
  const sort = (column: Float64Array) => Float64Array.from(order, (group) => column[group] ?? NaN);
  const sorted = new Map([...asked].map(([metric, column]) => [metric, sort(column)]));
  const byPlace = sorted.get(objective.metric) ?? new Float64Array();
  const meeting = isUnmet.reduce((count, unmet) => count - unmet, order.length);
  const ranks = rankPlaces(byPlace, meeting);
  const rowsAt = (place: number): Int32Array => groups.rowsOf(order[place] ?? 0);
  const describe = (place: number): RankedTrial => ({
    ...{ rank: ranks[place] ?? NaN, objective: byPlace[place] ?? NaN },
    ...describeReplicates(rowsAt(place), table, measured, objective.metric),
    ...describeAsked({ objectives, requirements }, (metric) => sorted.get(metric)?.[place] ?? NaN),
  });
  return {
    rows: new Rows(order.length, describe),
    ...{ meeting, ranks, objectives: byPlace, asked: sorted },
    firsts: order.map((group) => groups.firsts[group] ?? 0),
    rowsAt,
  };
}

function describeAsked(
  { objectives, requirements }: Required<Pick<Goals, "objectives" | "requirements">>,
  read: (metric: string) => number,
): Pick<RankedTrial, "values" | "required" | "unmet"> {
  const list = (asked: readonly { readonly metric: string }[]) =>
    asked.map(({ metric }) => knownOrNull(read(metric)));
  const unmet = requirements.filter((each) => !isMet(each, read(each.metric)));
  return {
    ...(objectives.length > 1 ? { values: list(objectives) } : {}),
    ...(requirements.length > 0 ? { required: list(requirements) } : {}),
    ...(unmet.length > 0 ? { unmet: unmet.map(formatRequirement) } : {}),
  };
}

/** For each group 1 where it does not meet some requirement. */
function judgeGroups(
  { firsts }: ReplicateGroups,
  requirements: readonly Requirement[],
  asked: ReadonlyMap<string, Float64Array>,
): Uint8Array {
  return Uint8Array.from(firsts, (_, group) =>
    Number(requirements.some((each) => !isMet(each, asked.get(each.metric)?.[group] ?? NaN))),
  );
}

interface ByGroup {
  readonly objectives: Float64Array;
  readonly losses: Float64Array;
  /** 1: yes. */
  readonly isUnmet: Uint8Array;
  readonly direction: Objective["direction"];
}

/** Groups, the best first. */
function orderGroups(
  { firsts }: ReplicateGroups,
  { modelParameters, numbers }: TrialTable,
  { objectives, losses, isUnmet, direction }: ByGroup,
): Int32Array {
  const sign = direction === "maximize" ? -1 : 1;
  const sizeOf = (group: number): number => modelParameters[firsts[group] ?? 0] ?? NaN;
  const numberOf = (group: number): number => numbers[firsts[group] ?? 0] ?? NaN;
  return Int32Array.from(firsts.keys()).sort((a, b) => {
    const behind = (isUnmet[a] ?? 0) - (isUnmet[b] ?? 0);
    if (behind !== 0) return behind;
    const [one, other] = [objectives[a] ?? NaN, objectives[b] ?? NaN];
    if (one !== other) return one < other ? -sign : sign;
    return (
      compareKnownFirst(losses[a] ?? NaN, losses[b] ?? NaN) ||
      compareKnownFirst(sizeOf(a), sizeOf(b)) ||
      numberOf(a) - numberOf(b)
    );
  });
}

/** Ascending; what is not known comes last. */
function compareKnownFirst(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a < b ? -1 : 1;
}

function rankPlaces(objectives: Float64Array, meeting: number): Int32Array {
  const ranks = new Int32Array(objectives.length);
  for (const place of ranks.keys()) {
    const isShared = objectives[place] === objectives[place - 1] && place !== meeting;
    ranks[place] = isShared ? (ranks[place - 1] ?? 0) : place + 1;
  }
  return ranks;
}

/** @param rows of the table, by number, at least one */
function describeReplicates(
  rows: Int32Array,
  table: TrialTable,
  measured: Measurements,
  metric: string,
): Omit<RankedTrial, "rank" | "objective"> {
  const [first = 0] = rows;
  const values = [...rows].map((row) => measured.objective[row] ?? NaN);
  const sorted = sortNumbers(values);
  const holdout = rows.length === 1 ? holdoutOf(table, first) : null;
  const isAccuracy = metric === HOLDOUT_ACCURACY;
  const { standardDeviation, interval, over } = estimateMean(
    values,
    isAccuracy ? holdout : null,
    isAccuracy ? { low: 0, high: 1 } : undefined,
  );
  return {
    number: table.numbers[first] ?? NaN,
    trialId: table.trialIds[first] ?? "",
    params: table.paramsOf(first),
    epochs: table.epochs[first] ?? NaN,
    setting: table.settings[first] ?? "",
    replicates: rows.length,
    spread: { low: quantile(sorted, 0), high: quantile(sorted, 1) },
    ...{ standardDeviation, interval, over, holdout },
    metrics: meanMetrics(rows, table),
    trialIds: [...rows].map((row) => table.trialIds[row] ?? ""),
    holdoutLoss: knownOrNull(meanOfKnown(rows, measured.holdoutLoss)),
    modelParameters: knownOrNull(table.modelParameters[first]),
    selectedEpoch: knownOrNull(meanOfKnown(rows, measured.selectedEpoch)),
    seconds: knownOrNull(meanOfKnown(rows, table.seconds)),
  };
}

function holdoutOf({ corrects, counts }: TrialTable, row: number): RankedTrial["holdout"] {
  const [correct, count] = [corrects[row] ?? NaN, counts[row] ?? NaN];
  return Number.isNaN(correct) || Number.isNaN(count) ? null : { correct, count };
}

function meanMetrics(rows: Int32Array, table: TrialTable): Metrics {
  const all = [...rows].map((row) => table.metricsOf(row));
  const [first = {}] = all;
  if (all.length === 1) return first;
  const names = [...new Set(all.flatMap((metrics) => Object.keys(metrics)))];
  const valuesOf = (name: string): number[] =>
    all.flatMap((metrics) => (Object.hasOwn(metrics, name) ? [metrics[name] ?? NaN] : []));
  return Object.fromEntries(names.map((name) => [name, mean(valuesOf(name))]));
}

/** NaN where none is known. */
function meanOfKnown(rows: Int32Array, column: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const value = column[row] ?? NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}
