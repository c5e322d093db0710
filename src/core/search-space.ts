import type { Dimension, Distribution, ParameterValue, Parameters, SearchSpace } from "./study.ts";

/** Digits kept of `low + i * step`: 0.1 + 2 * 0.1 is written, and identified, as 0.3. */
const STEP_DIGITS = 12;

/** How many values a distribution has; Infinity for a range without steps. */
export function countValues(distribution: Distribution): number {
  if (distribution.kind === "categorical") return distribution.values.length;
  const { low, high, step } = distribution;
  // The quotient may fall short of a whole number by rounding: (0.3 - 0.1) / 0.1 is 1.9999999999999998.
  return step === undefined ? Infinity : Math.floor((high - low) / step + 1e-9) + 1;
}

/** The value at `index`, from 0, in the order written or rising. Only for distributions with a finite count. */
export function valueAt(distribution: Distribution, index: number): ParameterValue {
  if (distribution.kind === "categorical") {
    const value = distribution.values[index];
    if (value === undefined) throw new RangeError(`no value ${index} in a list`);
    return value;
  }
  const { low, high, step } = distribution;
  if (step === undefined) throw new RangeError("a range without steps has no first value");
  return Math.min(high, Number((low + index * step).toPrecision(STEP_DIGITS)));
}

/** Whether a parameter is searched, given the parameters chosen before it. */
export function isActive(dimension: Dimension, chosen: Parameters): boolean {
  return Object.entries(dimension.when ?? {}).every(([name, value]) => chosen[name] === value);
}

/**
 * The dimensions as written, except that one with a condition comes after the parameters it depends
 * on. Dimensions that depend on themselves, or on a parameter outside the space, are left out: the
 * study file's validation refuses them.
 */
export function orderDimensions(space: SearchSpace): readonly Dimension[] {
  const ordered: Dimension[] = [];
  const waiting = new Set(space);
  const isReady = ({ when = {} }: Dimension): boolean =>
    Object.keys(when).every((name) => ordered.some((dimension) => dimension.name === name));
  for (;;) {
    const next = [...waiting].find(isReady);
    if (next === undefined) return ordered;
    waiting.delete(next);
    ordered.push(next);
  }
}

/** How many combinations a grid has, conditions heeded; Infinity when a range has no steps. */
export function countCombinations(space: SearchSpace): number {
  const parents = new Set(space.flatMap(({ when = {} }) => Object.keys(when)));
  const ordered = orderDimensions(space);
  const countFrom = (index: number, chosen: Parameters): number => {
    const dimension = ordered[index];
    if (dimension === undefined) return 1;
    if (!isActive(dimension, chosen)) return countFrom(index + 1, chosen);
    const { name, distribution } = dimension;
    const values = countValues(distribution);
    // What nothing depends on multiplies; only parameters that others depend on are gone through.
    if (!parents.has(name) || values === Infinity) return values * countFrom(index + 1, chosen);
    let total = 0;
    for (let value = 0; value < values; value++) {
      total += countFrom(index + 1, { ...chosen, [name]: valueAt(distribution, value) });
    }
    return total;
  };
  return countFrom(0, {});
}

/** The first value of each parameter, one perhaps changed; parameters whose condition fails are absent. */
export function chooseFirst(
  dimensions: readonly Dimension[],
  changed?: { readonly name: string; readonly value: ParameterValue },
): Parameters {
  const chosen: Record<string, ParameterValue> = {};
  for (const dimension of dimensions) {
    if (!isActive(dimension, chosen)) continue;
    const { name, distribution } = dimension;
    chosen[name] = changed?.name === name ? changed.value : valueAt(distribution, 0);
  }
  return chosen;
}

/**
 * How many combinations a one-at-a-time design has: the first, and one for each other value; Infinity when a range
 * has no steps.
 */
export function countOneAtATime(space: SearchSpace): number {
  if (space.some(({ distribution }) => countValues(distribution) === Infinity)) return Infinity;
  const base = chooseFirst(orderDimensions(space));
  return space
    .filter(({ name }) => Object.hasOwn(base, name))
    .reduce((sum, { distribution }) => sum + countValues(distribution) - 1, 1);
}
