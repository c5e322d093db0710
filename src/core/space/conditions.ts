import { includesValue } from "../parameter-value.ts";
import type {
  Dimension,
  Distribution,
  Parameters,
  ParameterValue,
  SearchSpace,
  ValueTest,
} from "../study.ts";
import { coverDistributions } from "./values.ts";

/** Whether a parameter's value passes. */
export function passes(test: ValueTest, value: ParameterValue): boolean {
  const { oneOf, noneOf } = test;
  if (oneOf !== undefined && !includesValue(oneOf, value)) return false;
  if (noneOf !== undefined && includesValue(noneOf, value)) return false;
  return COMPARISONS.every(([name, holds]) => {
    const limit = test[name];
    return limit === undefined || (typeof value === "number" && holds(value, limit));
  });
}

type Comparison = Exclude<keyof ValueTest, "oneOf" | "noneOf">;

const COMPARISONS: readonly (readonly [Comparison, (value: number, limit: number) => boolean])[] = [
  ["atLeast", (value, limit) => value >= limit],
  ["atMost", (value, limit) => value <= limit],
  ["above", (value, limit) => value > limit],
  ["below", (value, limit) => value < limit],
];

/** Whether every parameter that the condition names is there, and passes. */
function holds({ when = {} }: Dimension, chosen: Parameters): boolean {
  return Object.entries(when).every(([name, test]) => {
    const value = chosen[name];
    return value !== undefined && passes(test, value);
  });
}

/** Whether a dimension is searched, given what was chosen for those before it: its parameter has no value yet, its condition holds. */
export function isActive(dimension: Dimension, chosen: Parameters): boolean {
  return !Object.hasOwn(chosen, dimension.name) && holds(dimension, chosen);
}

/** The dimensions that are searched in a trial with these parameters: of several of one name the first whose condition holds. */
export function activeDimensions<Each extends Dimension>(
  dimensions: readonly Each[],
  params: Parameters,
): readonly Each[] {
  const named = new Set<string>();
  return dimensions.filter((dimension) => {
    if (named.has(dimension.name) || !holds(dimension, params)) return false;
    named.add(dimension.name);
    return true;
  });
}

/**
 * The dimensions as written, except that one with a condition comes after the parameters it depends on, and after those of its own
 * name that were written before it. Dimensions that depend on themselves, or on a parameter outside the space, are left out: the
 * study file's validation refuses them.
 */
export function orderDimensions(dimensions: readonly Dimension[]): readonly Dimension[] {
  const ordered: Dimension[] = [];
  const waiting = new Set(dimensions);
  const isReady = ({ name, when = {} }: Dimension, at: number, rest: readonly Dimension[]) =>
    !rest.slice(0, at).some((other) => other.name === name) &&
    Object.keys(when).every(
      (parent) =>
        ordered.some((other) => other.name === parent) &&
        !rest.some((other) => other.name === parent),
    );
  for (;;) {
    const next = [...waiting].find(isReady);
    if (next === undefined) return ordered;
    waiting.delete(next);
    ordered.push(next);
  }
}

/**
 * Reads a trial's parameters by dimension: its value where the dimension is searched in it, undefined elsewhere. Several dimensions of one
 * name share a parameter, and at most one of them has it.
 */
export function createSlotReader(
  dimensions: readonly Dimension[],
): (params: Parameters) => readonly (ParameterValue | undefined)[] {
  const names = new Set(dimensions.map(({ name }) => name));
  if (names.size === dimensions.length)
    return (params) => dimensions.map(({ name }) => params[name]);
  return (params) => {
    const active = new Set(activeDimensions(dimensions, params));
    return dimensions.map((each) => (active.has(each) ? params[each.name] : undefined));
  };
}

/** The parameters that are searched, each once, in the order of the study file. */
export function listNames({ dimensions }: SearchSpace): readonly string[] {
  return [...new Set(dimensions.map(({ name }) => name))];
}

/** All that a parameter may take, as one distribution; null where there is none such. */
export function distributionOf({ dimensions }: SearchSpace, name: string): Distribution | null {
  const own = dimensions.filter((dimension) => dimension.name === name);
  return coverDistributions(own.map(({ distribution }) => distribution));
}

/** Whether a parameter is absent from some trials. */
export function mayBeAbsent({ dimensions }: SearchSpace, name: string): boolean {
  return dimensions.every((dimension) => dimension.name !== name || dimension.when !== undefined);
}
