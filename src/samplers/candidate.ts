import type { RandomSource } from "../core/random.ts";
import { countValues, isActive, orderDimensions, valueAt } from "../core/search-space.ts";
import type { Dimension, Distribution, ParameterValue, Parameters } from "../core/study.ts";
import type { SearchSpace } from "../core/study.ts";
import { drawValue } from "./draw.ts";

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

  constructor(space: SearchSpace) {
    this.#dimensions = orderDimensions(space);
  }

  /** One combination, its values by `choose`; null keeps none. */
  make(choose: (dimension: Dimension, place: number) => ParameterValue): Parameters {
    const params: Record<string, ParameterValue> = {};
    for (const [place, dimension] of this.#dimensions.entries())
      if (isActive(dimension, params)) params[dimension.name] = choose(dimension, place);
    return params;
  }

  draw(random: RandomSource): Parameters {
    return this.make(({ distribution }) => drawValue(distribution, random));
  }

  /** Those that differ from `params` in one parameter, and in what depends on it, which is drawn. */
  around(params: Parameters, random: RandomSource): Parameters[] {
    return this.#dimensions
      .filter(({ name }) => Object.hasOwn(params, name))
      .flatMap((dimension) =>
        listNear(dimension.distribution, params[dimension.name] ?? "", random).map((value) =>
          this.#change(params, dimension.name, value, random),
        ),
      );
  }

  #change(
    params: Parameters,
    changed: string,
    value: ParameterValue,
    random: RandomSource,
  ): Parameters {
    return this.make(({ name, distribution }) =>
      name === changed ? value : (params[name] ?? drawValue(distribution, random)),
    );
  }
}

/** Other values near one: all of a short list, else steps either way. */
function listNear(
  distribution: Distribution,
  value: ParameterValue,
  random: RandomSource,
): ParameterValue[] {
  const count = countValues(distribution);
  if (count <= MOST_VALUES) return listAll(distribution, count).filter((each) => each !== value);
  const share = shareOf(distribution, value);
  const near = STEPS.flatMap((step) => [-1, 1].map((sign) => sign * step * (0.5 + random.next())))
    .map((step) => share + step)
    .filter((at) => at >= 0 && at < 1)
    .map((at) => valueAtShare(distribution, at));
  if (count < Infinity) {
    const index = Math.round(share * count - 0.5);
    for (const at of [index - 1, index + 1])
      if (at >= 0 && at < count) near.push(valueAt(distribution, at));
  }
  return [...new Set(near)].filter((each) => each !== value);
}

function listAll(distribution: Distribution, count: number): ParameterValue[] {
  return Array.from({ length: count }, (_, index) => valueAt(distribution, index));
}

/** The inverse of `valueAtShare`: the middle of what a value of a finite distribution is drawn from. */
export function shareOf(distribution: Distribution, value: ParameterValue): number {
  if (distribution.kind === "categorical")
    return (distribution.values.indexOf(value) + 0.5) / distribution.values.length;
  const { kind, low, high, log, step } = distribution;
  const number = Number(value);
  if (high === low) return 0.5;
  if (log) {
    const margin = kind === "integer" ? 0.5 : 0;
    const [least, most] = [low - margin, high + margin];
    return Math.log1p((number - least) / least) / Math.log1p((most - least) / least);
  }
  if (step === undefined) return (number - low) / (high - low);
  return (Math.round((number - low) / step) + 0.5) / countValues(distribution);
}

/** The values of a list of numbers alone, rising; null for any other list. */
export function orderNumbers(values: readonly ParameterValue[]): readonly number[] | null {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length < values.length ? null : numbers.sort((one, other) => one - other);
}
