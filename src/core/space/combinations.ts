import type { Dimension, Distribution, Parameters, SearchSpace, ValueTest } from "../study.ts";
import { isActive, orderDimensions } from "./conditions.ts";
import { createConstraintTest, type ConstraintTest } from "./constraints.ts";
import { countValues, takesValue, valueAt } from "./values.ts";

/** More combinations than these are not gone through to count those that constraints leave. */
const MOST_COUNTED = 5_000_000;

/**
 * Every combination, once: dimensions as written, the last one changing fastest. One combination is in memory at a
 * time. Only for spaces whose ranges have steps.
 */
export function* listCombinations(space: SearchSpace): Generator<Parameters> {
  const breaks = createConstraintTest(space);
  yield* combine(orderDimensions(space.dimensions), 0, {}, breaks);
}

function* combine(
  dimensions: readonly Dimension[],
  index: number,
  chosen: Parameters,
  breaks: ConstraintTest,
): Generator<Parameters> {
  const dimension = dimensions[index];
  if (dimension === undefined) {
    yield chosen;
  } else if (!isActive(dimension, chosen)) {
    yield* combine(dimensions, index + 1, chosen, breaks);
  } else {
    const { name, distribution } = dimension;
    const values = countValues(distribution);
    for (let value = 0; value < values; value++) {
      const next = { ...chosen, [name]: valueAt(distribution, value) };
      // What has all its parameters by now is broken whatever comes.
      if (breaks(next) === null) yield* combine(dimensions, index + 1, next, breaks);
    }
  }
}

/**
 * How many combinations a grid has, conditions and constraints heeded; Infinity when a range has no steps. Of more than five
 * million, those that break constraints are in the count.
 */
export function countCombinations(space: SearchSpace): number {
  const all = countUnconstrained(space);
  if (space.constraints.length === 0 || all > MOST_COUNTED) return all;
  const combinations = listCombinations(space);
  let count = 0;
  while (combinations.next().done !== true) count++;
  return count;
}

/** The same, constraints left aside. */
export function countUnconstrained({ dimensions }: SearchSpace): number {
  const ordered = orderDimensions(dimensions);
  const countFrom = (index: number, chosen: Parameters): number => {
    const dimension = ordered[index];
    if (dimension === undefined) return 1;
    if (!isActive(dimension, chosen)) return countFrom(index + 1, chosen);
    const { name, distribution } = dimension;
    return splitByTests(distribution, listTests(ordered, name)).reduce(
      (total, { count, index: first }) =>
        total +
        count * countFrom(index + 1, { ...chosen, [name]: representative(distribution, first) }),
      0,
    );
  };
  return countFrom(0, {});
}

const representative = (distribution: Distribution, index: number) =>
  countValues(distribution) === Infinity ? NaN : valueAt(distribution, index);

/** What conditions ask of a parameter. */
export function listTests(dimensions: readonly Dimension[], name: string): readonly ValueTest[] {
  return dimensions.flatMap(({ when = {} }) =>
    Object.hasOwn(when, name) ? when[name] : [],
  ) as ValueTest[];
}

/** Values that are the same to every condition: how many, and one of them. */
interface Alike {
  readonly index: number;
  readonly count: number;
}

function splitByTests(distribution: Distribution, tests: readonly ValueTest[]): readonly Alike[] {
  const count = countValues(distribution);
  if (tests.length === 0 || count === Infinity) return [{ index: 0, count }];
  if (distribution.kind === "categorical")
    return distribution.values.map((_, index) => ({ index, count: 1 }));
  const isUpTo = (limit: number, index: number): boolean =>
    Number(valueAt(distribution, index)) < limit;
  const cuts = tests.flatMap((test) => {
    const { oneOf = [], noneOf = [], atLeast, atMost, above, below } = test;
    const named = [...oneOf, ...noneOf].filter((value) => takesValue(distribution, value));
    return [...named, atLeast, atMost, above, below].flatMap((limit) => {
      if (typeof limit !== "number") return [];
      const first = firstIndex(count, (index) => !isUpTo(limit, index));
      const isHit = first < count && valueAt(distribution, first) === limit;
      return isHit ? [first, first + 1] : [first];
    });
  });
  const starts = [...new Set([0, ...cuts])].filter((index) => index < count).sort((a, b) => a - b);
  return starts.map((index, at) => ({ index, count: (starts[at + 1] ?? count) - index }));
}

/** The first index of which something holds that holds of all after it; `count` where of none. */
function firstIndex(count: number, isIn: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isIn(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
