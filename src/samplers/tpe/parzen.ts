import { normalDistribution, normalQuantile } from "../../core/normal-distribution.ts";
import type { RandomSource } from "../../core/random.ts";
import type { ParameterValue } from "../../core/study.ts";
import type { Axis, Mark } from "./axis.ts";

/** The prior weighs as much as one combination. */
const PRIOR_WEIGHT = 1;
/** No kernel is narrower than this part of a range, once there are many. */
const MOST_KERNELS = 100;
const LEAST_MASS = 1e-300;

/** Values by axis; undefined where a combination has none. */
type Slots = readonly (ParameterValue | undefined)[];

/** The kernels on one axis, the prior's last. */
interface Column {
  readonly axis: Axis;
  /** A category's number, -1 for none; or the middle of a normal kernel. */
  readonly middles: Float64Array;
  readonly deviations: Float64Array;
  /** Logarithms of what of each kernel lies in [0, 1]. */
  readonly inside: Float64Array;
  /** What was measured, by place. */
  readonly measured: Map<number, Float64Array>;
}

/**
 * The density of combinations, a product of kernels for each and one for the prior, all of the same weight: Parzen's estimate as Optuna
 * 5.0 makes it (`_tpe/parzen_estimator.py`; Watanabe, "Tree-structured Parzen estimator", 2023). A normal kernel is as wide as
 * the farther of its neighbours is away; where a parameter is absent, a combination says what the prior says.
 */
export class ParzenEstimator {
  readonly #columns: readonly Column[];
  readonly #kernels: number;

  /** @param observed their values, an axis each */
  constructor(axes: readonly Axis[], observed: readonly Slots[]) {
    this.#kernels = observed.length + 1;
    this.#columns = axes.map((axis, at) =>
      createColumn(
        axis,
        observed.map((values) => values[at]),
      ),
    );
  }

  /** The logarithm of the density at a combination, for the parameters that it has. */
  logDensity(values: Slots): number {
    const sums = new Float64Array(this.#kernels);
    for (const [place, column] of this.#columns.entries()) {
      const value = values[place];
      if (value === undefined) continue;
      const logs = measureAll(column, column.axis.mark(value));
      for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (logs[at] ?? 0);
    }
    let most = -Infinity;
    for (const sum of sums) most = Math.max(most, sum);
    let total = 0;
    for (const sum of sums) total += Math.exp(sum - most);
    return most + Math.log(total / this.#kernels);
  }

  /** Draws from one kernel: how each value is chosen, by the axis' place. */
  draw(random: RandomSource): (place: number) => ParameterValue {
    const kernel = random.nextInteger(this.#kernels);
    return (place) => {
      const column = this.#columns[place];
      if (column === undefined) throw new RangeError(`no axis ${place}`);
      return column.axis.valueAt(drawPlace(column, kernel, random));
    };
  }
}

function createColumn(axis: Axis, observed: Slots): Column {
  const marks = observed.map((value) => (value === undefined ? null : axis.mark(value).place));
  const isCategory = axis.categories > 0;
  const middles = Float64Array.from([...marks, null], (place) => place ?? (isCategory ? -1 : 0.5));
  const deviations = isCategory ? middles : spreadKernels(marks);
  const inside = isCategory
    ? middles
    : middles.map((middle, at) => Math.log(massBetween(0, 1, middle, deviations[at] ?? 1)));
  return { axis, middles, deviations, inside, measured: new Map() };
}

/** How wide the kernels are: 1 for the prior's and for absent ones. */
function spreadKernels(places: readonly (number | null)[]): Float64Array {
  const deviations = new Float64Array(places.length + 1).fill(1);
  const least = 1 / Math.min(MOST_KERNELS, places.length + 2);
  const present = [...places.entries()].flatMap(([at, place]) =>
    place === null ? [] : [{ at, place }],
  );
  present.sort((one, other) => one.place - other.place);
  for (const [rank, { at, place }] of present.entries()) {
    const [before, after] = [present[rank - 1]?.place, present[rank + 1]?.place];
    const isAlone = before === undefined && after === undefined;
    const below = place - (before ?? (isAlone ? 0 : place));
    const above = (after ?? (isAlone ? 1 : place)) - place;
    deviations[at] = Math.min(1, Math.max(least, below, above));
  }
  return deviations;
}

/** Logarithms of the kernels' densities, or masses in a cell. */
function measureAll(column: Column, mark: Mark): Float64Array {
  const found = column.measured.get(mark.place);
  if (found !== undefined) return found;
  const { axis, middles, deviations, inside } = column;
  const logs =
    axis.categories > 0
      ? middles.map((middle) =>
          Math.log(categoryMass(middle, mark.place, axis.categories, middles.length)),
        )
      : middles.map((middle, at) => measure(mark, middle, deviations[at] ?? 1) - (inside[at] ?? 0));
  column.measured.set(mark.place, logs);
  return logs;
}

function measure({ place, low, high }: Mark, middle: number, deviation: number): number {
  if (low < high) return Math.log(Math.max(LEAST_MASS, massBetween(low, high, middle, deviation)));
  return -(((place - middle) / deviation) ** 2) / 2 - Math.log(deviation * Math.sqrt(2 * Math.PI));
}

/** Each category has a part of the prior, the observed one a whole more. */
function categoryMass(
  observed: number,
  asked: number,
  categories: number,
  kernels: number,
): number {
  if (observed < 0) return 1 / categories;
  const part = PRIOR_WEIGHT / kernels;
  return (part + Number(observed === asked)) / (1 + categories * part);
}

/** Both ends are looked at from the side where the tails are small: there doubles tell them apart. */
function massBetween(low: number, high: number, middle: number, deviation: number): number {
  const [from, to] = [(low - middle) / deviation, (high - middle) / deviation];
  return from > 0
    ? normalDistribution(-from) - normalDistribution(-to)
    : normalDistribution(to) - normalDistribution(from);
}

function drawPlace(column: Column, kernel: number, random: RandomSource): number {
  const { axis, middles, deviations } = column;
  const middle = middles[kernel] ?? 0;
  if (axis.categories > 0) {
    const masses = Array.from({ length: axis.categories }, (_, category) =>
      categoryMass(middle, category, axis.categories, middles.length),
    );
    let share = random.next();
    const found = masses.findIndex((mass) => (share -= mass) < 0);
    return found < 0 ? axis.categories - 1 : found;
  }
  const deviation = deviations[kernel] ?? 1;
  const below = normalDistribution(-middle / deviation);
  const share = below + random.next() * massBetween(0, 1, middle, deviation);
  const place = middle + deviation * normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, share)));
  return Math.min(1 - 2 ** -32, Math.max(0, place));
}
