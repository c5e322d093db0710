import { distinctValues, keyOfValue } from "../core/parameter-value.ts";
import { countValues, takesValue, valueAt } from "../core/space/values.ts";
import type { Distribution, Objective, Parameters, ParameterValue } from "../core/study.ts";

/** States of a trial as Optuna's tables have them (its class TrialState). */
export type OptunaState = "RUNNING" | "COMPLETE" | "PRUNED" | "FAIL" | "WAITING";

/** A study as Optuna keeps it. */
export interface OptunaStudy {
  /** Unique in its database. */
  readonly name: string;
  /** In the order of every trial's values. */
  readonly objectives: readonly Objective[];
  /** Any JSON by name. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Trial i has Optuna's number i, from 0. */
  readonly trials: Iterable<OptunaTrial>;
}

export interface OptunaTrial {
  readonly state: OptunaState;
  /** One for each objective; none where there is no value. */
  readonly values: readonly number[];
  /** UTC; null for one that waits, the end also for one that runs. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly params: readonly OptunaParameter[];
  /** Values at steps, ascending. */
  readonly intermediate: Iterable<readonly [step: number, value: number]>;
  /** Any JSON by name; what is undefined is left out. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A number for each that there is: above 0 where it is not met. */
  readonly constraints?: readonly number[];
  /** What one that waits is to be run with: Optuna's `ask` takes it from here. */
  readonly fixed?: Parameters;
}

interface OptunaParameter {
  readonly name: string;
  /** As Optuna keeps it: a number, or the place of a choice. */
  readonly value: number;
  readonly distribution: string;
}

/** How a parameter is told to Optuna. */
export interface OptunaDistribution {
  /** JSON as Optuna's `distribution_to_json` writes it. */
  readonly json: string;
  /** What stands for a value in its tables. */
  readonly toInternal: (value: ParameterValue) => number;
}

/**
 * The one distribution that all trials of a study can share: the one written now, widened by what trials took, for
 * Optuna's samplers and evaluators leave out parameters whose distributions differ, and refuse values outside of them.
 * Optuna has no steps on a logarithmic scale: there they are dropped.
 * @param written undefined for a parameter that the study does not search any more
 * @param taken every value that a trial has
 */
export function fitDistribution(
  written: Distribution | undefined,
  taken: readonly ParameterValue[],
): OptunaDistribution {
  const range = written?.kind === "categorical" ? undefined : written;
  const numbers = taken.filter((value) => typeof value === "number");
  const isRange = written?.kind !== "categorical" && numbers.length === taken.length;
  if (isRange && (range !== undefined || numbers.length > 0)) return fitRange(range, numbers);
  return fitChoices(written?.kind === "categorical" ? written.values : [], taken);
}

function fitChoices(
  written: readonly ParameterValue[],
  taken: readonly ParameterValue[],
): OptunaDistribution {
  const choices = distinctValues([...written, ...taken]);
  const places = new Map(choices.map((value, place) => [keyOfValue(value), place]));
  return {
    json: toJson("CategoricalDistribution", { choices }),
    toInternal: (value) => places.get(keyOfValue(value)) ?? NaN,
  };
}

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

function fitRange(written: Range | undefined, taken: readonly number[]): OptunaDistribution {
  const ends = [...endsOf(written), ...taken];
  const { low, high } = ends.reduce(
    (range, value) => ({ low: Math.min(range.low, value), high: Math.max(range.high, value) }),
    { low: Infinity, high: -Infinity },
  );
  const isInteger = (written?.kind ?? "integer") === "integer" && ends.every(Number.isInteger);
  const log = written?.log === true && low > 0;
  const grid = log || !taken.every((value) => isOnGrid(written, value)) ? undefined : written?.step;
  return isInteger
    ? fit("IntDistribution", { log, step: grid ?? 1, low, high })
    : fit("FloatDistribution", { step: grid ?? null, low, high, log });
}

function fit(name: string, attributes: object): OptunaDistribution {
  return { json: toJson(name, attributes), toInternal: Number };
}

/** Optuna warns of a high end that no step reaches. */
function endsOf(written: Range | undefined): readonly number[] {
  if (written === undefined) return [];
  const { low, high, step } = written;
  if (step === undefined) return [low, high];
  return [low, Number(valueAt(written, countValues(written) - 1))];
}

function isOnGrid(written: Range | undefined, value: number): boolean {
  return written !== undefined && takesValue(written, value);
}

function toJson(name: string, attributes: object): string {
  return JSON.stringify({ name, attributes });
}
