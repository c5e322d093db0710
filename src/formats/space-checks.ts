import type { Issue } from "../core/errors.ts";
import { orderDimensions, takesValue } from "../core/search-space.ts";
import type { Dimension, Distribution, Parameters, ParameterValue } from "../core/study.ts";
import type { SpaceEntry, SpaceMapping } from "./space-schema.ts";
import { showValue, type IssueAt } from "./schema-issues.ts";

/** A parameter of the space whose own schema it fits. */
export interface SpaceParameter {
  readonly name: string;
  readonly entry: SpaceEntry;
  /** Whether its ranges are of whole numbers. */
  readonly isInteger: boolean;
}

export function mappingOf(entry: SpaceEntry): SpaceMapping {
  return isList(entry) ? { values: entry } : entry;
}

function isList(entry: SpaceEntry): entry is readonly ParameterValue[] {
  return Array.isArray(entry);
}

/** What is wrong with one parameter, looked at alone. */
export function checkEntry({ name, entry, isInteger }: SpaceParameter, issueAt: IssueAt): Issue[] {
  const mapping = mappingOf(entry);
  const { values, low, high, log, step, integer } = mapping;
  const at = (key: string, message: string): Issue => issueAt(["space", name, key], message);
  if (values !== undefined) {
    const rangeKeys = Object.entries({ low, high, log, step, integer }).filter(
      ([, value]) => value !== undefined,
    );
    return [
      ...rangeKeys.map(([key]) => at(key, "found a range beside `values`, expected one of them")),
      ...findRepeats(values, (index, message) =>
        issueAt([...(isList(entry) ? ["space", name] : ["space", name, "values"]), index], message),
      ),
    ];
  }
  if (low === undefined || high === undefined) {
    return [issueAt(["space", name], "expected `values`, or `low` and `high`")];
  }
  const broken = Object.entries({ low, high, step }).filter(
    ([, value]) => isInteger && value !== undefined && !Number.isSafeInteger(value),
  );
  if (broken.length > 0)
    return broken.map(([key, value]) =>
      at(key, `found ${value}, expected a whole number up to ${Number.MAX_SAFE_INTEGER}`),
    );
  return checkRange({ ...mapping, low, high, isInteger }, at);
}

/** Values that stand there already, or that a command would be handed as the same word. */
function findRepeats(
  values: readonly ParameterValue[],
  at: (index: number, message: string) => Issue,
): Issue[] {
  const first = new Map<string, ParameterValue>();
  return values.flatMap((value, index) => {
    const same = first.get(String(value));
    first.set(String(value), same ?? value);
    if (same === undefined) return [];
    const message =
      same === value
        ? "twice, expected each value once"
        : `beside ${showValue(same)}, expected one of them: a command is handed the same word`;
    return [at(index, `found ${showValue(value)} ${message}`)];
  });
}

function checkRange(
  range: Omit<SpaceMapping, "low" | "high"> & { low: number; high: number; isInteger: boolean },
  at: (key: string, message: string) => Issue,
): Issue[] {
  const { low, high, log, step, isInteger } = range;
  if (low >= high) return [at("high", `found ${high}, expected more than \`low\`, ${low}`)];
  const widest = isInteger ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
  if (high - low > widest)
    return [at("high", `found ${high}, expected at most ${widest} more than \`low\`, ${low}`)];
  if (log === true && low <= 0)
    return [at("low", `found ${low}, expected more than 0 for \`log\``)];
  if (step === undefined) return [];
  if (log === true) return [at("step", "found a `step` beside `log`, expected one of them")];
  if (step > high - low) {
    return [at("step", `found ${step}, expected at most \`high\` - \`low\``)];
  }
  // Two doubles that are less than this apart may be the same one once rounded.
  const least = 2 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high));
  return isInteger || step >= least
    ? []
    : [at("step", `found ${step}, expected at least ${least}: numbers of this size are no finer`)];
}

/** The distribution of an entry that `checkEntry` finds nothing wrong with. */
export function toDistribution({ name, entry, isInteger }: SpaceParameter): Distribution {
  const { values, low, high, log = false, step } = mappingOf(entry);
  if (values !== undefined) return { kind: "categorical", values };
  if (low === undefined || high === undefined) throw new TypeError(`${name} is no range`);
  if (isInteger) return { kind: "integer", low, high, log, step: step ?? 1 };
  return { kind: "real", low, high, log, ...(step === undefined ? {} : { step }) };
}

/** What a condition may name: the parameters set, and those searched with their values. */
interface ConditionScope {
  readonly set: Parameters;
  readonly searched: ReadonlyMap<string, Distribution>;
}

/** Conditions that can never hold, or that name what the study does not have. */
export function checkCondition(
  { name, entry }: SpaceParameter,
  scope: ConditionScope,
  issueAt: IssueAt,
): Issue[] {
  return Object.entries(mappingOf(entry).when ?? {}).flatMap(([parent, value]) => {
    const problem = rejectCondition(name, parent, value, scope);
    return problem === undefined ? [] : [issueAt(["space", name, "when", parent], problem)];
  });
}

function rejectCondition(
  name: string,
  parent: string,
  value: ParameterValue,
  { set, searched }: ConditionScope,
): string | undefined {
  if (parent === name) return `found \`${name}\` itself, expected another parameter`;
  const fixed = set[parent];
  if (fixed !== undefined) {
    return fixed === value ? undefined : `never holds: \`trainer.set\` has ${parent} ${fixed}`;
  }
  const distribution = searched.get(parent);
  if (distribution === undefined) {
    return `found \`${parent}\`, expected a parameter of \`space\` or \`trainer.set\``;
  }
  return takesValue(distribution, value)
    ? undefined
    : `never holds: \`space.${parent}\` has no value ${showValue(value)} of its own`;
}

/** Parameters whose conditions go round in a circle. */
export function checkCircles(space: readonly Dimension[], issueAt: IssueAt): Issue[] {
  const ordered = new Set(orderDimensions(space));
  return space
    .filter((dimension) => !ordered.has(dimension))
    .map(({ name }) => issueAt(["space", name, "when"], "depends on itself by way of others"));
}
