import { formatValue, isSameValue } from "../../core/parameter-value.ts";
import { normalDistribution } from "../../core/normal-distribution.ts";
import type { Issue } from "../../core/errors.ts";
import { orderDimensions, passes } from "../../core/space/conditions.ts";
import { countValues, takesValue, valueAt } from "../../core/space/values.ts";
import type {
  Dimension,
  Distribution,
  Parameters,
  ParameterValue,
  ValueTest,
} from "../../core/study.ts";
import { countPowers, endsOf, listPowers, type SpaceParameter, toTest } from "./entries.ts";
import type { SpaceMapping } from "./schema.ts";
import { showValue, type IssueAt } from "../schema-issues.ts";

/** Puts an issue at a key of a parameter, or at the parameter itself. */
type At = (keys: readonly PropertyKey[], message: string) => Issue;

/** Most values that a range of powers stands for. */
const MOST_POWERS = 1000;

/** What is wrong with one parameter, looked at alone. */
export function checkEntry(parameter: SpaceParameter, issueAt: IssueAt): Issue[] {
  const { path, mapping } = parameter;
  const at: At = (keys, message) => issueAt([...path, ...keys], message);
  return mapping.values === undefined
    ? checkNumbers(parameter, at)
    : checkList(mapping.values, mapping, at);
}

function checkList(values: readonly ParameterValue[], mapping: SpaceMapping, at: At): Issue[] {
  const { low, high, log, step, integer, mean, sd, weights } = mapping;
  const rangeKeys = Object.entries({ low, high, log, step, integer, mean, sd }).filter(
    ([, value]) => value !== undefined,
  );
  // A list alone stands under the name itself.
  const place = Object.keys(mapping).length === 1 ? [] : ["values"];
  return [
    ...rangeKeys.map(([key]) => at([key], "found a range beside `values`, expected one of them")),
    ...findRepeats(values, (index, message) => at([...place, index], message)),
    ...(weights === undefined ? [] : checkWeights(weights, values, at)),
  ];
}

function checkWeights(
  weights: readonly number[],
  values: readonly ParameterValue[],
  at: At,
): Issue[] {
  if (weights.length !== values.length)
    return [
      at(["weights"], `found ${weights.length}, expected one for each of ${values.length} values`),
    ];
  const sum = weights.reduce((total, each) => total + each, 0);
  if (sum === 0) return [at(["weights"], "found nothing above 0, expected one at least")];
  return Number.isFinite(sum)
    ? []
    : [at(["weights"], "found a sum beyond all doubles, expected less")];
}

/** Values that stand there already, or that a command would be handed as the same word. */
function findRepeats(
  values: readonly ParameterValue[],
  at: (index: number, message: string) => Issue,
): Issue[] {
  const first = new Map<string, ParameterValue>();
  return values.flatMap((value, index) => {
    const word = formatValue(value);
    const same = first.get(word);
    if (!first.has(word)) first.set(word, value);
    if (same === undefined) return [];
    const message = isSameValue(same, value)
      ? "twice, expected each value once"
      : `beside ${showValue(same)}, expected one of them: a command is handed the same word`;
    return [at(index, `found ${showValue(value)} ${message}`)];
  });
}

function checkNumbers(parameter: SpaceParameter, at: At): Issue[] {
  const { mapping, isInteger } = parameter;
  const { step, mean, sd, weights, log } = mapping;
  const shape = checkShape(mapping, at);
  if (shape.length > 0) return shape;
  const { low, high } = endsOf(parameter);
  if (low === undefined || high === undefined) {
    const message = isNumeric(mapping)
      ? "expected `values`, or `low` and `high`, or `mean` and `sd`"
      : "expected `values`, or `low` and `high`";
    return [at([], message)];
  }
  if (weights !== undefined) return [at(["weights"], "found it beside a range, expected `values`")];
  const written = { low: mapping.low, high: mapping.high, step };
  const broken = Object.entries(written).filter(
    ([, value]) => isInteger && value !== undefined && !Number.isSafeInteger(value),
  );
  if (broken.length > 0)
    return broken.map(([key, value]) =>
      at([key], `found ${value}, expected a whole number up to ${Number.MAX_SAFE_INTEGER}`),
    );
  const range = { low, high, step, isInteger, log: log !== undefined && log !== false };
  const normal = mean === undefined || sd === undefined ? undefined : { mean, sd };
  const issues = checkRange({ ...range, normal }, at);
  return issues.length > 0 || typeof log !== "number"
    ? issues
    : checkPowers({ low, high, base: log, isInteger }, mapping, at);
}

/** Whether anything but a condition stands there. */
function isNumeric({ low, high, mean, sd, log, step }: SpaceMapping): boolean {
  return [low, high, mean, sd, log, step].some((each) => each !== undefined);
}

function checkShape({ mean, sd }: SpaceMapping, at: At): Issue[] {
  if (mean === undefined && sd === undefined) return [];
  if (mean === undefined || sd === undefined)
    return [at([], "found one of `mean` and `sd`, expected both or none")];
  return sd > 0 ? [] : [at(["sd"], `found ${sd}, expected a number > 0`)];
}

interface Powers {
  readonly low: number;
  readonly high: number;
  readonly base: number;
  readonly isInteger: boolean;
}

function checkPowers(
  { low, high, base, isInteger }: Powers,
  { step, mean }: SpaceMapping,
  at: At,
): Issue[] {
  if (!(base > 1)) return [at(["log"], `found ${base}, expected a number > 1, true or false`)];
  if (step !== undefined)
    return [at(["step"], "found a `step` beside powers, expected one of them")];
  if (mean !== undefined)
    return [at(["mean"], "found a `mean` beside powers, expected one of them")];
  const count = countPowers(low, high, base);
  if (count > MOST_POWERS)
    return [
      at(["log"], `found about ${Math.round(count)} powers, expected at most ${MOST_POWERS}`),
    ];
  const powers = listPowers(low, high, base);
  const broken = powers.find((power) => isInteger && !Number.isSafeInteger(power));
  if (broken !== undefined)
    return [at(["log"], `found ${base}, which leads to ${broken}, expected whole numbers only`)];
  return new Set(powers).size === powers.length
    ? []
    : [at(["log"], `found ${base}, whose powers are too close to tell apart, expected more`)];
}

interface CheckedRange {
  readonly low: number;
  readonly high: number;
  readonly step: number | undefined;
  readonly log: boolean;
  readonly isInteger: boolean;
  readonly normal: Normal | undefined;
}

type Normal = Readonly<Record<"mean" | "sd", number>>;

/** The least part of a normal distribution that is to lie between the ends: of less, hardly a digit is left. */
const LEAST_SHARE = 1e-6;

function checkRange(range: CheckedRange, at: At): Issue[] {
  const { low, high, log, step, isInteger, normal } = range;
  if (low >= high || (isInteger && Math.ceil(low) >= Math.floor(high)))
    return [
      at(normal === undefined ? ["high"] : [], `found ${high}, expected more than \`low\`, ${low}`),
    ];
  const widest = isInteger ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
  if (high - low > widest)
    return [at(["high"], `found ${high}, expected at most ${widest} more than \`low\`, ${low}`)];
  if (log && low <= 0) return [at(["low"], `found ${low}, expected more than 0 for \`log\``)];
  if (normal !== undefined && shareBetween(range, normal) < LEAST_SHARE)
    return [
      at(
        ["mean"],
        `found ${normal.mean}, expected one nearer: ${low} to ${high} holds less than a millionth of what it draws`,
      ),
    ];
  return step === undefined ? [] : checkStep({ ...range, step }, at);
}

/** What part of a normal distribution, or of a lognormal one, lies between the ends. */
function shareBetween({ low, high, log }: CheckedRange, { mean, sd }: Normal): number {
  const below = (end: number): number =>
    normalDistribution(((log ? Math.log(end) : end) - mean) / sd);
  return below(high) - below(low);
}

function checkStep(
  { low, high, step, isInteger }: CheckedRange & { step: number },
  at: At,
): Issue[] {
  if (step > high - low) {
    return [at(["step"], `found ${step}, expected at most \`high\` - \`low\``)];
  }
  // Two doubles that are less than this apart may be the same one once rounded.
  const least = 2 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high));
  return isInteger || step >= least
    ? []
    : [
        at(
          ["step"],
          `found ${step}, expected at least ${least}: numbers of this size are no finer`,
        ),
      ];
}

/** What a condition may name: the parameters set, and those searched, with all their distributions. */
export interface ConditionScope {
  readonly set: Parameters;
  readonly searched: ReadonlyMap<string, readonly Distribution[]>;
}

/** Conditions that can never hold, or that name what the study does not have. */
export function checkCondition(
  { name, path, mapping }: SpaceParameter,
  scope: ConditionScope,
  issueAt: IssueAt,
): Issue[] {
  return Object.entries(mapping.when ?? {}).flatMap(([parent, written]) => {
    const problem = rejectCondition(name, parent, toTest(written), scope);
    return problem === undefined ? [] : [issueAt([...path, "when", parent], problem)];
  });
}

function rejectCondition(
  name: string,
  parent: string,
  test: ValueTest,
  { set, searched }: ConditionScope,
): string | undefined {
  if (parent === name) return `found \`${name}\` itself, expected another parameter`;
  const fixed = set[parent];
  if (fixed !== undefined)
    return passes(test, fixed)
      ? undefined
      : `never holds: \`trainer.set\` has ${parent} ${formatValue(fixed)}`;
  const distributions = searched.get(parent);
  if (distributions === undefined)
    return `found \`${parent}\`, expected a parameter of \`space\` or \`trainer.set\``;
  const named = [...(test.oneOf ?? []), ...(test.noneOf ?? [])];
  const strange = named.find((value) => !distributions.some((each) => takesValue(each, value)));
  if (strange !== undefined)
    return `never holds: \`space.${parent}\` has no value ${showValue(strange)} of its own`;
  return distributions.some((each) => mayPass(test, each))
    ? undefined
    : `never holds: no value of \`space.${parent}\` is like that`;
}

/** Whether some value passes. Between the ends of a range there is always one. */
function mayPass(test: ValueTest, distribution: Distribution): boolean {
  if (distribution.kind === "categorical")
    return distribution.values.some((value) => passes(test, value));
  const {
    oneOf,
    atLeast = -Infinity,
    atMost = Infinity,
    above = -Infinity,
    below = Infinity,
  } = test;
  if (oneOf !== undefined) return oneOf.some((value) => passes(test, value));
  const count = countValues(distribution);
  const last = count === Infinity ? distribution.high : Number(valueAt(distribution, count - 1));
  return last >= atLeast && distribution.low <= atMost && last > above && distribution.low < below;
}

/** Parameters whose conditions go round in a circle. */
export function checkCircles(space: readonly Dimension[], issueAt: IssueAt): Issue[] {
  const ordered = new Set(orderDimensions(space));
  const names = new Set(
    space.filter((dimension) => !ordered.has(dimension)).map(({ name }) => name),
  );
  return [...names].map((name) =>
    issueAt(["space", name, "when"], "depends on itself by way of others"),
  );
}
