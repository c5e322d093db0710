import type { Dimension, Distribution, Parameters, SearchSpace, ValueTest } from "../study.ts";
import { groupBy } from "../objects.ts";
import { isActive, orderDimensions, passes } from "./conditions.ts";
import { createConstraintTest, type ConstraintTest } from "./constraints.ts";
import { countValues, takesValue, valueAt } from "./values.ts";

/** Spaces of no more combinations are listed where draws do not find what is left: more would take too long. */
export const MOST_LISTED = 200_000;

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

/** Choices that conditions cannot tell apart: how many, and one of them, as far as a later dimension asks. */
interface Branch {
  readonly count: number;
  readonly chosen: Parameters;
}

/**
 * The same, constraints left aside. What depends on a parameter is counted right after it and the parameter then forgotten, so that
 * there are few branches at any time, however many parameters have others that depend on them.
 */
export function countUnconstrained({ dimensions }: SearchSpace): number {
  let branches: readonly Branch[] = [{ count: 1, chosen: {} }];
  const ordered = orderDepthFirst(orderDimensions(dimensions));
  for (const [at, dimension] of ordered.entries()) {
    const { name, distribution } = dimension;
    const alike = splitByTests(distribution, listTests(ordered, name));
    const next = branches.flatMap(({ count, chosen }): Branch[] =>
      isActive(dimension, chosen)
        ? alike.map((each) => ({
            count: count * each.count,
            chosen: { ...chosen, [name]: representative(distribution, each.index) },
          }))
        : [{ count, chosen }],
    );
    branches = mergeBranches(next, ordered.slice(at + 1));
  }
  return branches.reduce((total, { count }) => total + count, 0);
}

/** Dimensions in an order that heeds conditions, in another such: each as near as may be behind those it depends on. */
function orderDepthFirst(dimensions: readonly Dimension[]): readonly Dimension[] {
  const ordered = new Set<Dimension>();
  const named = groupBy(dimensions, ({ name }) => name);
  const visit = (dimension: Dimension): void => {
    if (ordered.has(dimension)) return;
    const { name, when = {} } = dimension;
    for (const parent of Object.keys(when)) named.get(parent)?.forEach(visit);
    ordered.add(dimension);
    named.get(name)?.forEach(visit);
    for (const child of dimensions) if (Object.hasOwn(child.when ?? {}, name)) visit(child);
  };
  dimensions.forEach(visit);
  return [...ordered];
}

/** Those that are the same to all dimensions that follow, as one. */
function mergeBranches(branches: readonly Branch[], rest: readonly Dimension[]): Branch[] {
  const own = new Set(rest.map(({ name }) => name));
  const asked = new Set(rest.flatMap(({ when = {} }) => Object.keys(when)));
  const tests = [...new Set([...own, ...asked])].map(
    (name) => [name, listTests(rest, name)] as const,
  );
  const merged = new Map<string, Branch>();
  for (const { count, chosen } of branches) {
    const known = tests.filter(([name]) => Object.hasOwn(chosen, name));
    const key = JSON.stringify(
      known.map(([name, all]) => [name, all.map((test) => passes(test, chosen[name] ?? null))]),
    );
    const kept = Object.fromEntries(known.map(([name]) => [name, chosen[name] ?? null]));
    merged.set(key, { count: count + (merged.get(key)?.count ?? 0), chosen: kept });
  }
  return [...merged.values()];
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
