import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import type { Constraint, Parameters, SearchSpace } from "../study.ts";

/** Of an expression, generously. */
const LIMITS = { maxAstNodes: 1000, maxDepth: 100 };

type Arithmetic = (one: number, other: number) => number;

/** Parameters are doubles: with CEL's whole numbers they compare already, and are to reckon. */
const OPERATORS: Readonly<Record<string, Arithmetic>> = {
  "+": (one, other) => one + other,
  "-": (one, other) => one - other,
  "*": (one, other) => one * other,
  "/": (one, other) => one / other,
  "%": (one, other) => one % other,
};

/** An expression in the Common Expression Language (cel.dev) over parameters: whether a combination may be. */
export interface CompiledConstraint {
  /** The parameters that it speaks of, each once. */
  readonly names: readonly string[];
  /** @throws Error where these values cannot be reckoned with */
  readonly evaluate: (params: Parameters) => unknown;
}

/**
 * @param names all there are: `a.b` is a parameter of that name, or a member of the parameter `a`
 * @throws Error for what is no such expression, or speaks of other names; its message ends with the place
 */
export function compileConstraint(
  expression: string,
  names: readonly string[],
): CompiledConstraint {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
  for (const [sign, reckon] of Object.entries(OPERATORS)) {
    const doubles = sign === "%" ? [["double", "double"]] : [];
    for (const [left, right] of [["int", "double"], ["double", "int"], ...doubles])
      environment.registerOperator(`${left} ${sign} ${right}: double`, (one, other) =>
        reckon(Number(one), Number(other)),
      );
  }
  const { ast } = environment.parse(expression);
  checkCost(ast);
  const chains = listChains(ast);
  const known = new Set(names);
  const spoken = new Set(chains.flatMap((chain) => findParameter(chain, known) ?? []));
  checkNames(spoken);
  for (const root of new Set([...spoken].map(rootOf))) registerParameter(environment, root);
  const parsed = environment.parse(expression);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error("it cannot be understood");
  return {
    names: [...spoken],
    evaluate: (params) => parsed(nest(params, [...spoken])) as unknown,
  };
}

const rootOf = (name: string): string => name.split(".")[0] ?? name;

/** `a`, `a.b` of every place that names something: the longest ones. */
function listChains(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(listChains);
  if (!isNode(node)) return [];
  const chain = chainOf(node);
  return chain === undefined ? listChains(node.args) : [chain];
}

function chainOf({ op, args }: Pick<ASTNode, "op"> & { args: unknown }): string | undefined {
  if (op === "id") return String(args);
  if (op !== "." || !Array.isArray(args) || !isNode(args[0])) return undefined;
  const before = chainOf(args[0]);
  return before === undefined ? undefined : `${before}.${String(args[1])}`;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** The parameter that is meant: the longest beginning of a chain that is one. */
function findParameter(chain: string, known: ReadonlySet<string>): string | undefined {
  const parts = chain.split(".");
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join(".");
    if (known.has(name)) return name;
  }
  return undefined;
}

/** `all`, `map`, ...: what goes through a list. */
const MACROS: ReadonlySet<unknown> = new Set(["all", "exists", "exists_one", "filter", "map"]);

/**
 * What takes long is refused: a study file's constraints are tried on very many combinations.
 * @throws Error for lists gone through within lists, and for patterns, which need time that is exponential in a text's length
 */
function checkCost(node: unknown, isInside = false): void {
  if (Array.isArray(node)) {
    for (const each of node) checkCost(each, isInside);
  } else if (isNode(node)) {
    const [called, receiver, args] = node.op === "rcall" ? (node.args as unknown[]) : [];
    if (called === "matches") throw new Error("`matches` is not known here");
    const isMacro = MACROS.has(called);
    if (isMacro && isInside) throw new Error(`\`${String(called)}\` stands within another macro`);
    if (!isMacro) checkCost(node.args, isInside);
    else {
      checkCost(receiver, isInside);
      checkCost(args, true);
    }
  }
}

/** @throws Error for a name that CEL has given to something of its own, such as `type` */
function registerParameter(environment: Environment, name: string): void {
  try {
    environment.registerVariable(name, "dyn");
  } catch (cause) {
    throw new Error(`\`${name}\` is a word of CEL: give the parameter another name`, { cause });
  }
}

/** @throws Error for `a` beside `a.b`: an expression has one `a` */
function checkNames(names: ReadonlySet<string>): void {
  const outer = [...names].find((name) => [...names].some((each) => each.startsWith(`${name}.`)));
  if (outer !== undefined)
    throw new Error(`both \`${outer}\` and a parameter \`${outer}.\`..., expected one of them`);
}

/** Without what every object has: names are a study file's. */
const createBare = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

/** `{ "a.b": 1 }` as `{ a: { b: 1 } }`. */
function nest(params: Parameters, names: readonly string[]): Record<string, unknown> {
  const nested = createBare();
  for (const name of names) {
    const parts = name.split(".");
    const last = parts.pop() ?? "";
    let inside = nested;
    for (const part of parts) inside = (inside[part] ??= createBare()) as Record<string, unknown>;
    inside[last] = params[name];
  }
  return nested;
}

/** Says which constraint a combination breaks; null where it breaks none. */
export type ConstraintTest = (params: Parameters) => Constraint | null;

const ALLOWED: ConstraintTest = () => null;

/**
 * A constraint speaks of combinations that have all its parameters: others, as those in which a condition does not hold, do not break it.
 * One that cannot be reckoned is broken: the study file's validation refuses it.
 */
export function createConstraintTest({ dimensions, constraints }: SearchSpace): ConstraintTest {
  if (constraints.length === 0) return ALLOWED;
  const searched = dimensions.map(({ name }) => name);
  const compiled = constraints.map((constraint) => {
    const { expression, fixed } = constraint;
    return { constraint, ...compileConstraint(expression, [...searched, ...Object.keys(fixed)]) };
  });
  return (params) =>
    compiled.find(({ constraint, names, evaluate }) => {
      const all = { ...constraint.fixed, ...params };
      return names.every((name) => all[name] !== undefined) && !isTrue(() => evaluate(all));
    })?.constraint ?? null;
}

function isTrue(evaluate: () => unknown): boolean {
  try {
    return evaluate() === true;
  } catch {
    return false;
  }
}
