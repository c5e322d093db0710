import { canonicalJson } from "../core/identity.ts";
import { groupBy } from "../core/objects.ts";
import type { Objective } from "../core/study.ts";
import type { Metrics, TrialResult } from "../core/trial.ts";
import { type Interval, mean, quantile, sortNumbers, wilsonInterval } from "./moments.ts";
import { HOLDOUT_ACCURACY, HOLDOUT_LOSS, SELECTED_EPOCH, type TrialOutcome } from "./outcome.ts";

/**
 * One row of a ranking: a trial, or the replicates of one set of parameters taken together. Its number and id are
 * those of the lowest number among the replicates, which share the setting.
 */
export interface RankedTrial extends Pick<
  TrialOutcome,
  "number" | "trialId" | "params" | "epochs" | "setting" | "holdout" | "modelParameters"
> {
  /** From 1; rows with an equal objective share it, and the next row's skips ahead: 1, 1, 3. */
  readonly rank: number;
  /** Mean over the complete replicates. */
  readonly objective: number;
  /** Complete replicates, and the lowest and highest objective among them. */
  readonly replicates: number;
  readonly spread: Interval;
  /** Wilson's interval of a single run whose objective is the hold-out's accuracy, else null. */
  readonly interval: Interval | null;
  /** Means over the replicates that told them. */
  readonly metrics: Metrics;
  /** Ids of the replicates, by number. */
  readonly trialIds: readonly string[];
  /** Mean over the replicates; null when the trainer told none. */
  readonly holdoutLoss: number | null;
  /** The epoch whose weights were judged: mean over the replicates; null when the trainer told none. */
  readonly selectedEpoch: number | null;
  /** Mean over the replicates. */
  readonly seconds: number | null;
}

/** The best row of a ranking, as every command names it. */
export type NamedBest = Pick<RankedTrial, "number" | "objective" | "replicates">;

export function nameBest({ number, objective, replicates }: RankedTrial): NamedBest {
  return { number, objective, replicates };
}

/**
 * Ranks complete trials: better objective, then lower hold-out loss, fewer model parameters, lower
 * trial number. Only the objective decides the rank; the rest orders those that share one. Replicates
 * (equal setting, parameters and epochs) make one row. Trials without the objective's metric are left out.
 */
export function rankTrials(
  outcomes: readonly TrialOutcome[],
  objective: Objective,
): readonly RankedTrial[] {
  const ranked = outcomes
    .filter(
      ({ state, metrics }) => state === "complete" && Object.hasOwn(metrics, objective.metric),
    )
    .sort((a, b) => a.number - b.number);
  const groups = groupBy(
    ranked,
    ({ setting, params, epochs }) => `${setting} ${epochs} ${canonicalJson(params)}`,
  );
  const rows = [...groups.values()]
    .map((replicates) => describeGroup(replicates as unknown as Replicates, objective.metric))
    .sort((a, b) => compareRows(a, b, objective.direction));
  for (const [position, row] of rows.entries()) {
    const before = rows[position - 1];
    row.rank = row.objective === before?.objective ? before.rank : position + 1;
  }
  return rows;
}

/** Trials that differ in their replicate only, by number. */
type Replicates = readonly [TrialOutcome, ...TrialOutcome[]];

/** Its rank is yet to be found. */
type UnrankedTrial = Omit<RankedTrial, "rank"> & { rank: number };

function describeGroup(replicates: Replicates, metric: string): UnrankedTrial {
  const [first] = replicates;
  const { number, trialId, params, epochs, setting } = first;
  const values = sortNumbers(replicates.map(({ metrics }) => metrics[metric] ?? NaN));
  const single = replicates.length === 1 ? first.holdout : null;
  return {
    rank: NaN,
    ...{ number, trialId, params, epochs, setting },
    objective: mean(values),
    replicates: replicates.length,
    spread: { low: quantile(values, 0), high: quantile(values, 1) },
    interval:
      single === null || metric !== HOLDOUT_ACCURACY
        ? null
        : wilsonInterval(single.correct, single.count),
    holdout: single,
    metrics: meanMetrics(replicates),
    trialIds: replicates.map(({ trialId }) => trialId),
    holdoutLoss: meanOrNull(replicates.map(({ metrics }) => metrics[HOLDOUT_LOSS])),
    modelParameters: first.modelParameters,
    selectedEpoch: meanOrNull(replicates.map(({ metrics }) => metrics[SELECTED_EPOCH])),
    seconds: meanOrNull(replicates.map(({ seconds }) => seconds)),
  };
}

function meanMetrics(replicates: Replicates): Metrics {
  const [first, ...others] = replicates;
  if (others.length === 0) return first.metrics;
  const names = [...new Set(replicates.flatMap(({ metrics }) => Object.keys(metrics)))];
  const valuesOf = (name: string): number[] =>
    replicates.map(({ metrics }) => metrics[name]).filter((value) => value !== undefined);
  return Object.fromEntries(names.map((name) => [name, mean(valuesOf(name))]));
}

function meanOrNull(values: readonly (number | null | undefined)[]): number | null {
  const present = values.filter((value) => typeof value === "number");
  return present.length === 0 ? null : mean(present);
}

function compareRows(
  a: UnrankedTrial,
  b: UnrankedTrial,
  direction: Objective["direction"],
): number {
  const sign = direction === "maximize" ? -1 : 1;
  return (
    sign * (a.objective - b.objective) ||
    compareKnownFirst(a.holdoutLoss, b.holdoutLoss) ||
    compareKnownFirst(a.modelParameters, b.modelParameters) ||
    a.number - b.number
  );
}

/** Ascending; what is not known comes last. */
function compareKnownFirst(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

/** Whether `value` beats `other` in the objective's direction. */
export function isBetter(
  value: number,
  other: number,
  { direction }: Pick<Objective, "direction">,
): boolean {
  return direction === "maximize" ? value > other : value < other;
}

/** The best mean over replicates while results come in, as the ranking will have it (rank.ts). */
export class BestSoFar {
  readonly #objective: Objective;
  readonly #groups = new Map<string, { sum: number; count: number }>();
  #best: string | undefined;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  add(result: Pick<TrialResult, "params" | "resource" | "objective">): void {
    const { params, resource, objective } = result;
    if (objective === null) return;
    const key = canonicalJson([params, resource.epochs]);
    const { sum, count } = this.#groups.get(key) ?? { sum: 0, count: 0 };
    this.#groups.set(key, { sum: sum + objective, count: count + 1 });
    // Another replicate may have made the best one worse.
    const challengers = this.#best === key ? this.#groups.keys() : [key];
    for (const each of challengers) {
      const best = this.value;
      if (best === undefined || isBetter(this.#meanOf(each), best, this.#objective))
        this.#best = each;
    }
  }

  get value(): number | undefined {
    return this.#best === undefined ? undefined : this.#meanOf(this.#best);
  }

  #meanOf(key: string): number {
    const { sum, count } = this.#groups.get(key) ?? { sum: NaN, count: 1 };
    return sum / count;
  }
}
