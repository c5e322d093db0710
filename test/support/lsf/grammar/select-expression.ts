import { Refusal } from "../daemon/refusal.ts";
import { parseSizeKiB } from "./quantities.ts";

export type HostFacts = Readonly<Record<string, number | string | boolean>>;
type Value = number | string | boolean;
/** The value of an expression on a host. */
export type Select = (host: HostFacts) => Value;

/** Resources LSF has by itself; HELP -R and the resources of compute1's pages (JEE). */
const BUILT_IN =
  /^(?:mem|swp|tmp|maxmem|maxswp|maxtmp|hname|model|type|status|ncpus|ncores|nprocs|nthreads|ndisks|cpuf|cpumicro|ut|r15s|r1m|r15m|pg|ls|it|io|server|rexpri|gpuhost|ngpus|ngpus_physical|port[89]\d{3}|any|local)$/;
const SIZES = /^(?:mem|swp|tmp|maxmem|maxswp|maxtmp)$/;

const TOKENS =
  /\s*(?:(\d+(?:\.\d+)?[A-Za-z]*)|([A-Za-z_][\w.-]*)|'([^']*)'|"([^"]*)"|(&&|\|\||==|!=|>=|<=|[!<>=+*/()-]))/y;

interface Token {
  readonly kind: "number" | "name" | "text" | "sign";
  readonly text: string;
}

/** `select[...]`; ERT and ERR have the texts. `requirement` is the whole -R string, for them. */
export function parseSelect(
  source: string,
  requirement: string,
  known: { readonly resources: readonly string[]; readonly bareUnit: "KB" | "MB" },
): Select {
  const tokens = tokenize(source, requirement);
  let at = 0;
  const peek = (): string | undefined => {
    const token = tokens[at];
    return token?.kind === "sign" ? token.text : undefined;
  };
  const binary = (
    next: () => Select,
    signs: readonly string[],
    apply: (sign: string, left: Value, right: Value) => Value,
  ): Select => {
    let left = next();
    for (let sign = peek(); sign !== undefined && signs.includes(sign); sign = peek()) {
      at++;
      const [before, right, operator] = [left, next(), sign];
      left = (host) => apply(operator, before(host), right(host));
    }
    return left;
  };
  const or = (): Select => binary(and, ["||"], (_, left, right) => truth(left) || truth(right));
  const and = (): Select =>
    binary(compare, ["&&"], (_, left, right) => truth(left) && truth(right));
  const compare = (): Select =>
    binary(sum, ["==", "=", "!=", ">=", "<=", ">", "<"], applyComparison);
  const sum = (): Select => binary(product, ["+", "-"], applyArithmetic);
  const product = (): Select => binary(unary, ["*", "/"], applyArithmetic);
  const unary = (): Select => {
    const sign = peek();
    if (sign !== "!" && sign !== "-") return atom();
    at++;
    const inner = unary();
    return (host) => (sign === "!" ? !truth(inner(host)) : -Number(inner(host)));
  };
  const atom = (): Select => {
    const token = tokens[at++];
    if (token === undefined) throw unexpected("end of section");
    if (token.text === "(" && token.kind === "sign") {
      const inner = or();
      if (peek() !== ")") throw new Refusal("Bad resource requirement syntax");
      at++;
      return inner;
    }
    if (token.kind === "sign") throw unexpected(`"${token.text}"`);
    return operand(token, tokens, at, known);
  };
  const expression = or();
  if (at < tokens.length) throw new Refusal("Bad resource requirement syntax");
  return expression;
}

function operand(
  token: Token,
  tokens: readonly Token[],
  at: number,
  known: { readonly resources: readonly string[]; readonly bareUnit: "KB" | "MB" },
): Select {
  if (token.kind === "number") {
    const size = parseSizeKiB(token.text, known.bareUnit);
    const compared = tokens[at - 3];
    const isSize = compared !== undefined && SIZES.test(compared.text);
    if (size === null) throw new Refusal("Bad resource requirement syntax");
    const value = isSize ? size : Number.parseFloat(token.text);
    return () => value;
  }
  const previous = tokens[at - 2];
  const isValue = token.kind === "text" || /^(?:==|!=|=)$/.test(previous?.text ?? "");
  if (isValue) return () => token.text;
  if (!BUILT_IN.test(token.text) && !known.resources.includes(token.text)) {
    throw new Refusal("Bad resource name");
  }
  return (host) => host[token.text] ?? (token.text.startsWith("port") ? 1 : false);
}

function tokenize(source: string, requirement: string): Token[] {
  const tokens: Token[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < source.trimEnd().length) {
    const at = TOKENS.lastIndex;
    const match = TOKENS.exec(source);
    if (match === null) throw unreadable(source.slice(at).trimStart().charAt(0), requirement);
    const [, number, name, single, double, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else tokens.push({ kind: "text", text: single ?? double ?? "" });
  }
  return tokens;
}

function unreadable(character: string, requirement: string): Refusal {
  if (character === ",") {
    return new Refusal(
      "Syntax error in resource requirements. Commas are not supported in the select statement",
    );
  }
  return new Refusal(
    `Error with <${requirement}>: '${character}' cannot be used in the resource requirement section`,
  );
}

const unexpected = (found: string): Refusal =>
  new Refusal(`Error in select section: Expected number, string, name, or "(" but found ${found}`);

const truth = (value: Value): boolean =>
  typeof value === "string" ? value !== "" : Boolean(value);

function applyComparison(sign: string, left: Value, right: Value): Value {
  switch (sign) {
    case "==":
    case "=":
      return String(Number.isNaN(Number(left)) ? left : Number(left)) === String(right);
    case "!=":
      return String(left) !== String(right);
    case ">=":
      return Number(left) >= Number(right);
    case "<=":
      return Number(left) <= Number(right);
    case ">":
      return Number(left) > Number(right);
    default:
      return Number(left) < Number(right);
  }
}

function applyArithmetic(sign: string, left: Value, right: Value): Value {
  const [a, b] = [Number(left), Number(right)];
  if (sign === "+") return a + b;
  if (sign === "-") return a - b;
  return sign === "*" ? a * b : a / b;
}
