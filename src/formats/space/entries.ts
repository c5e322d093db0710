import { includesValue } from "../../core/parameter-value.ts";
import type { NumericSpec } from "../../cnn/parameters.ts";
import type {
  Dimension,
  Distribution,
  Parameters,
  ParameterValue,
  ValueTest,
} from "../../core/study.ts";
import type {
  SpaceEntry,
  SpaceMapping,
  TestMapping,
  WrittenGroups,
  WrittenTest,
} from "./schema.ts";

/** A dimension of the space as written, whose own schema it fits. */
export interface SpaceParameter {
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: readonly PropertyKey[];
  readonly mapping: SpaceMapping;
  /** Whether its ranges are of whole numbers. */
  readonly isInteger: boolean;
  /** What the trainer takes, where that is known. */
  readonly limits?: NumericSpec;
}

/** Deviations from its mean that a normal distribution without ends is cut off at. */
const MOST_DEVIATIONS = 4;

/** What stands under a parameter's name: one mapping, or several, each with its place below the name. */
export function listMappings(
  entry: SpaceEntry,
): readonly { readonly place: readonly PropertyKey[]; readonly mapping: SpaceMapping }[] {
  if (isList(entry)) {
    if (!entry.some(hasCondition))
      return [{ place: [], mapping: { values: entry as readonly ParameterValue[] } }];
    return entry.map((each, at) => ({
      place: [at],
      mapping: isMapping(each) ? each : { values: [each] },
    }));
  }
  if (isMapping(entry)) return [{ place: [], mapping: entry }];
  return [{ place: [], mapping: { values: [entry] } }];
}

function isList(entry: SpaceEntry): entry is readonly (ParameterValue | SpaceMapping)[] {
  return Array.isArray(entry);
}

function isMapping(entry: unknown): entry is SpaceMapping {
  return typeof entry === "object" && entry !== null && !Array.isArray(entry);
}

function hasCondition(entry: unknown): boolean {
  return isMapping(entry) && entry.when !== undefined;
}

/** The ends of a range: those of a normal distribution may be left out. */
export function endsOf({ mapping, limits }: SpaceParameter): {
  readonly low: number | undefined;
  readonly high: number | undefined;
} {
  const { low, high, mean, sd, log = false } = mapping;
  if (mean === undefined || sd === undefined) return { low, high };
  const at = (deviations: number): number => {
    const place = mean + deviations * sd;
    return log === false ? place : Math.exp(place);
  };
  return {
    low: low ?? Math.max(limits?.low ?? -Infinity, at(-MOST_DEVIATIONS)),
    high: high ?? Math.min(limits?.high ?? Infinity, at(MOST_DEVIATIONS)),
  };
}

/** The distribution of a parameter that `checkEntry` finds nothing wrong with. */
export function toDistribution(parameter: SpaceParameter): Distribution {
  const { values, weights, log = false, step, mean, sd } = parameter.mapping;
  const { name, isInteger } = parameter;
  if (values !== undefined) return toList(values, weights);
  const { low, high } = endsOf(parameter);
  if (low === undefined || high === undefined) throw new TypeError(`${name} is no range`);
  if (typeof log === "number") return { kind: "categorical", values: listPowers(low, high, log) };
  const normal = mean === undefined || sd === undefined ? {} : { normal: { mean, sd } };
  if (isInteger) {
    const whole = { low: Math.ceil(low), high: Math.floor(high) };
    return { kind: "integer", ...whole, log, step: step ?? 1, ...normal };
  }
  return { kind: "real", low, high, log, ...(step === undefined ? {} : { step }), ...normal };
}

/** What is never drawn is none of the values. */
function toList(
  values: readonly ParameterValue[],
  weights: readonly number[] | undefined,
): Distribution {
  if (weights === undefined) return { kind: "categorical", values };
  const isDrawn = (at: number): boolean => (weights[at] ?? 0) > 0;
  return {
    kind: "categorical",
    values: values.filter((_, at) => isDrawn(at)),
    weights: weights.filter((weight) => weight > 0),
  };
}

/** Digits kept of a power: 0.001 x 10 is written as 0.01. */
const POWER_DIGITS = 12;

/** How many powers there are, as a number with a fraction. */
export function countPowers(low: number, high: number, base: number): number {
  return Math.log(high / low) / Math.log(base) + 1;
}

/** `low`, `low` x `base`, ... up to `high`. */
export function listPowers(low: number, high: number, base: number): readonly number[] {
  const count = Math.floor(countPowers(low, high, base) + 1e-9);
  return Array.from({ length: count }, (_, power) =>
    Number((low * base ** power).toPrecision(POWER_DIGITS)),
  );
}

/** What a written test asks for. */
export function toTest(written: WrittenTest): ValueTest {
  if (Array.isArray(written)) return { oneOf: written as readonly ParameterValue[] };
  if (!isMapping(written)) return { oneOf: [written as ParameterValue] };
  const { not, ...test } = written as TestMapping;
  if (not === undefined) return test;
  return { ...test, noneOf: (Array.isArray(not) ? not : [not]) as readonly ParameterValue[] };
}

/** The dimensions; a condition that `trainer.set` meets for every trial is left out. */
export function toDimensions(
  space: readonly SpaceParameter[],
  set: Parameters,
): readonly Dimension[] {
  return space.map((parameter) => {
    const when = Object.entries(parameter.mapping.when ?? {}).filter(
      ([name]) => set[name] === undefined,
    );
    const dimension = { name: parameter.name, distribution: toDistribution(parameter) };
    if (when.length === 0) return dimension;
    return {
      ...dimension,
      when: Object.fromEntries(when.map(([name, test]) => [name, toTest(test)])),
    };
  });
}

/** Lists of combinations, each for itself, and where in the file. */
export function listGroups(groups: WrittenGroups): readonly {
  readonly path: readonly PropertyKey[];
  readonly rows: readonly Parameters[];
}[] {
  const isNested = groups.every((each) => Array.isArray(each));
  if (!isNested) return [{ path: ["together"], rows: groups as readonly Parameters[] }];
  return (groups as readonly (readonly Parameters[])[]).map((rows, at) => ({
    path: ["together", at],
    rows,
  }));
}

/**
 * Combinations that go together as dimensions: the first parameter has its values, each further one those that stand beside what was
 * chosen before it. In a row without a parameter the trial has none.
 */
export function toGroupDimensions(rows: readonly Parameters[]): readonly Dimension[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  // What every row has comes first: conditions speak of what is there.
  const ordered = names.sort((one, other) => countRows(rows, other) - countRows(rows, one));
  return ordered.flatMap((name, at) => {
    const before = ordered.slice(0, at);
    const cases = new Map<string, { when: Record<string, ValueTest>; values: ParameterValue[] }>();
    for (const row of rows) {
      const value = row[name];
      if (value === undefined) continue;
      const own = before.filter((each) => row[each] !== undefined);
      const key = JSON.stringify(own.map((each) => [each, row[each]]));
      const when = Object.fromEntries(
        own.map((each) => [each, { oneOf: [row[each] as ParameterValue] }]),
      );
      const found = cases.get(key) ?? { when, values: [] as ParameterValue[] };
      if (!includesValue(found.values, value)) found.values.push(value);
      cases.set(key, found);
    }
    return [...cases.values()].map(({ when, values }) => ({
      name,
      distribution: { kind: "categorical" as const, values },
      ...(Object.keys(when).length === 0 ? {} : { when }),
    }));
  });
}

function countRows(rows: readonly Parameters[], name: string): number {
  return rows.filter((row) => row[name] !== undefined).length;
}
