import { isSameValue } from "../../core/parameter-value.ts";
import type { Issue } from "../../core/errors.ts";
import { randomFor } from "../../core/random.ts";
import {
  countUnconstrained,
  listCombinations,
  MOST_LISTED,
} from "../../core/space/combinations.ts";
import { type CompiledConstraint, compileConstraint } from "../../core/space/constraints.ts";
import type { Constraint, Dimension, Parameters, SearchSpace } from "../../core/study.ts";
import { Candidates } from "../../samplers/candidate.ts";
import { checkCircles, checkCondition, type ConditionScope } from "./checks.ts";
import {
  listGroups,
  type SpaceParameter,
  toDimensions,
  toDistribution,
  toGroupDimensions,
} from "./entries.ts";
import { describeUnknown, showValue, type IssueAt } from "../schema-issues.ts";
import type { WrittenGroups } from "./schema.ts";

/** All of a study file that makes its space, each part sound for itself. */
export interface SpaceParts {
  readonly space: readonly SpaceParameter[];
  readonly together: WrittenGroups;
  readonly constraints: readonly string[];
  readonly set: Parameters;
  /** What the trainer takes for a parameter that is named nowhere. */
  readonly defaults: Parameters;
}

/** @throws Error for constraints that `checkSpace` finds something wrong with */
export function buildSpace(parts: SpaceParts): SearchSpace {
  const dimensions = listDimensions(parts);
  const named = new Set(dimensions.map(({ name }) => name));
  const constraints = parts.constraints.map((expression): Constraint => {
    const { names } = compileConstraint(expression, listNames(parts, dimensions));
    const fixed = { ...parts.defaults, ...parts.set };
    const others = names.filter((name) => !named.has(name));
    return {
      expression,
      fixed: Object.fromEntries(
        others.flatMap((name) => (Object.hasOwn(fixed, name) ? [[name, fixed[name]]] : [])),
      ) as Parameters,
    };
  });
  return { dimensions, constraints };
}

function listDimensions({ space, together, set }: SpaceParts): readonly Dimension[] {
  const groups = listGroups(together).flatMap(({ rows }) => toGroupDimensions(rows));
  return [...groups, ...toDimensions(space, set)];
}

function listNames({ set, defaults }: SpaceParts, dimensions: readonly Dimension[]): string[] {
  const searched = dimensions.map(({ name }) => name);
  return [...new Set([...searched, ...Object.keys(set), ...Object.keys(defaults)])];
}

/** What is wrong between parameters: conditions, combinations, constraints. */
export function checkSpace(parts: SpaceParts, issueAt: IssueAt): Issue[] {
  const groups = checkGroups(parts, issueAt);
  if (groups.length > 0) return groups;
  const scope = createScope(parts);
  const conditions = parts.space.flatMap((one) => checkCondition(one, scope, issueAt));
  if (conditions.length > 0) return conditions;
  const dimensions = listDimensions(parts);
  const circles = checkCircles(dimensions, issueAt);
  if (circles.length > 0) return circles;
  const expressions = parts.constraints.flatMap((expression, at) =>
    checkConstraint(expression, listNames(parts, dimensions), (message) =>
      issueAt(["constraints", at], message),
    ),
  );
  return expressions.length > 0 ? expressions : tryConstraints(parts, dimensions, issueAt);
}

function createScope({ space, together, set }: SpaceParts): ConditionScope {
  const searched = new Map<string, ReturnType<typeof toDistribution>[]>();
  const add = (name: string, distribution: ReturnType<typeof toDistribution>): void => {
    searched.set(name, [...(searched.get(name) ?? []), distribution]);
  };
  for (const parameter of space) add(parameter.name, toDistribution(parameter));
  for (const { rows } of listGroups(together))
    for (const { name, distribution } of toGroupDimensions(rows)) add(name, distribution);
  return { set, searched };
}

/** Names that stand elsewhere too, combinations that stand twice or differ only in having something. */
function checkGroups({ space, together, set }: SpaceParts, issueAt: IssueAt): Issue[] {
  const taken = new Map<string, string>();
  for (const { name } of space) taken.set(name, "space");
  for (const name of Object.keys(set)) taken.set(name, "trainer.set");
  return listGroups(together).flatMap(({ path, rows }, group) => {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const issues = names.flatMap((name) => {
      const where = taken.get(name);
      return where === undefined
        ? []
        : [issueAt(path, `found \`${name}\` in \`${where}\` as well, expected in one of them`)];
    });
    for (const name of names) taken.set(name, group === 0 ? "together" : "another list");
    return [
      ...issues,
      ...rows.flatMap((row, at) =>
        checkRow(row, rows.slice(0, at), (message) => issueAt([...path, at], message)),
      ),
    ];
  });
}

function checkRow(
  row: Parameters,
  before: readonly Parameters[],
  at: (message: string) => Issue,
): Issue[] {
  if (Object.keys(row).length === 0)
    return [at("found nothing, expected parameters with a value each")];
  const isWithin = (one: Parameters, other: Parameters): boolean =>
    Object.entries(one).every(([name, value]) => isSameValue(other[name], value));
  const like = before.find((other) => isWithin(other, row) || isWithin(row, other));
  if (like === undefined) return [];
  return Object.keys(like).length === Object.keys(row).length
    ? [at("found the same twice, expected each combination once")]
    : [
        at(
          "found another one with more or fewer of the same values, expected both to have the same parameters",
        ),
      ];
}

/** The first line of what CEL says, and where. */
function describeError(error: unknown): string {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return first;
}

function checkConstraint(
  expression: string,
  names: readonly string[],
  at: (message: string) => Issue,
): Issue[] {
  try {
    const { names: spoken } = compileConstraint(expression, names);
    return spoken.length > 0
      ? []
      : [at(`found ${showValue(expression)}, expected an expression that names parameters`)];
  } catch (error) {
    const message = describeError(error);
    const unknown = /^Unknown variable: (.+)$/.exec(message)?.[1];
    return [
      at(
        unknown === undefined
          ? `found ${showValue(expression)}, expected an expression such as "filters < denseUnits": ${message}`
          : describeUnknown("parameter", unknown, names),
      ),
    ];
  }
}

/** Combinations that constraints are tried on. */
const TRIED = 2000;

/** What constraints say of drawn combinations: each is to say true or false, and some are to be left. */
function tryConstraints(
  parts: SpaceParts,
  dimensions: readonly Dimension[],
  issueAt: IssueAt,
): Issue[] {
  if (parts.constraints.length === 0) return [];
  const free = { dimensions, constraints: [] };
  const [candidates, random] = [new Candidates(free), randomFor(0, "constraints")];
  const drawn = Array.from({ length: TRIED }, () => candidates.draw(random));
  const fixed = { ...parts.defaults, ...parts.set };
  const issues = parts.constraints.flatMap((expression, at) => {
    const compiled = compileConstraint(expression, listNames(parts, dimensions));
    const message = findFault(
      compiled,
      drawn.map((params) => ({ ...fixed, ...params })),
    );
    return message === undefined ? [] : [issueAt(["constraints", at], message)];
  });
  if (issues.length > 0) return issues;
  const space = buildSpace(parts);
  const bound = new Candidates(space);
  if (drawn.some((params) => bound.allows(params))) return [];
  if (countUnconstrained(space) > MOST_LISTED)
    return [
      issueAt(
        ["constraints"],
        `none of ${TRIED} drawn combinations keeps to all of them, expected more: narrow \`space\` to what they leave`,
      ),
    ];
  return listCombinations(space).next().done === true
    ? [issueAt(["constraints"], "no combination keeps to all of them")]
    : [];
}

function findFault(
  { names, evaluate }: CompiledConstraint,
  combinations: readonly Parameters[],
): string | undefined {
  for (const params of combinations) {
    if (names.some((name) => params[name] === undefined)) continue;
    try {
      const found = evaluate(params);
      if (typeof found !== "boolean") return `gives ${showValue(found)}, expected true or false`;
    } catch (error) {
      const values = names.map((name) => `${name} ${showValue(params[name])}`).join(", ");
      return `cannot be reckoned with ${values}: ${describeError(error)}`;
    }
  }
  return undefined;
}
