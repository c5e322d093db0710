import { distinctValues, isSameValue } from "../core/parameter-value.ts";
import type { RandomSource } from "../core/random.ts";
import { activeDimensions, isActive, orderDimensions } from "../core/space/conditions.ts";
import { type ConstraintTest, createConstraintTest } from "../core/space/constraints.ts";
import { contains, countValues, valueAt } from "../core/space/values.ts";
import type { Dimension, Distribution, ParameterValue, Parameters } from "../core/study.ts";
import type { SearchSpace } from "../core/study.ts";
import { drawValue } from "./draw.ts";
import { scaleOf } from "./scale.ts";

/** More values than these are not all tried from a combination that is looked around. */
const MOST_VALUES = 12;
/** How far a neighbour on a range lies, as shares of it. */
const STEPS = [0.25, 0.08, 0.025, 0.008];

/** The value at a share of a distribution, in [0, 1): of its values in order, of its width or of its logarithm. */
export function valueAtShare(distribution: Distribution, share: number): ParameterValue {
  return drawValue(distribution, {
    next: () => share,
    nextInteger: (below) => Math.min(below - 1, Math.floor(share * below)),
  });
}

/** Makes combinations of a space, each with its parameters in one order: equal ones have equal JSON. */
export class Candidates {
  readonly #dimensions: readonly Dimension[];
  readonly #breaks: ConstraintTest;

  constructor(space: SearchSpace) {
    this.#dimensions = orderDimensions(space.dimensions);
    this.#breaks = createConstraintTest(space);
  }

  /** Whether a combination breaks no constraint. */
  allows(params: Parameters): boolean {
    return this.#breaks(params) === null;
  }

  /** One combination, its values by `choose`; null keeps none. */
  make(choose: (dimension: Dimension, place: number) => ParameterValue): Parameters {
    const params: Record<string, ParameterValue> = {};
    for (const [place, dimension] of this.#dimensions.entries())
      if (isActive(dimension, params)) params[dimension.name] = choose(dimension, place);
    return params;
  }

  /** One that may break constraints. */
  draw(random: RandomSource): Parameters {
    return this.make(({ distribution }) => drawValue(distribution, random));
  }

  /**
   * Those that differ from `params` in one parameter, and in what depends on it, which is drawn, and break no constraint.
   */
  around(params: Parameters, random: RandomSource): Parameters[] {
    return activeDimensions(this.#dimensions, params)
      .flatMap((dimension) => {
        const { name, distribution } = dimension;
        const value = params[name];
        if (value === undefined) return [];
        return listNear(distribution, value, random).map((near) =>
          this.#change(params, dimension, near, random),
        );
      })
      .filter((near) => this.allows(near));
  }

  /** What was searched before and still is keeps its value where it can. */
  #change(
    params: Parameters,
    changed: Dimension,
    value: ParameterValue,
    random: RandomSource,
  ): Parameters {
    return this.make((dimension) => {
      if (dimension === changed) return value;
      const { name, distribution } = dimension;
      const before = params[name];
      return before !== undefined && contains(distribution, before)
        ? before
        : drawValue(distribution, random);
    });
  }
}

/** Other values near one: all of a short list, else steps either way. */
function listNear(
  distribution: Distribution,
  value: ParameterValue,
  random: RandomSource,
): ParameterValue[] {
  const count = countValues(distribution);
  if (count <= MOST_VALUES)
    return listAll(distribution, count).filter((each) => !isSameValue(each, value));
  const share = createShareOf(distribution)(value);
  const near = STEPS.flatMap((step) => [-1, 1].map((sign) => sign * step * (0.5 + random.next())))
    .map((step) => share + step)
    .filter((at) => at >= 0 && at < 1)
    .map((at) => valueAtShare(distribution, at));
  if (count < Infinity) {
    const index = Math.round(share * count - 0.5);
    for (const at of [index - 1, index + 1])
      if (at >= 0 && at < count) near.push(valueAt(distribution, at));
  }
  return distinctValues(near).filter((each) => !isSameValue(each, value));
}

function listAll(distribution: Distribution, count: number): ParameterValue[] {
  return Array.from({ length: count }, (_, index) => valueAt(distribution, index));
}

/** The inverse of `valueAtShare`: the middle of what a value of a finite distribution is drawn from. */
export function createShareOf(distribution: Distribution): (value: ParameterValue) => number {
  if (distribution.kind === "categorical") return (value) => shareInList(distribution, value);
  const { low, high, step } = distribution;
  if (high === low) return () => 0.5;
  const scale = scaleOf(distribution);
  if (step === undefined || !scale.isUniform) return (value) => scale.shareOf(Number(value));
  const count = countValues(distribution);
  return (value) => (Math.round((Number(value) - low) / step) + 0.5) / count;
}

function shareInList(
  { values, weights }: Extract<Distribution, { kind: "categorical" }>,
  value: ParameterValue,
): number {
  const at = values.findIndex((each) => isSameValue(each, value));
  if (weights === undefined) return (at + 0.5) / values.length;
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0);
  return (sum(weights.slice(0, at)) + (weights[at] ?? 0) / 2) / sum(weights);
}

/** The values of a list of numbers alone, rising; null for any other list. */
export function orderNumbers(values: readonly ParameterValue[]): readonly number[] | null {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length < values.length ? null : numbers.sort((one, other) => one - other);
}
