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

interface Known {
  readonly resources: readonly string[];
  readonly bareUnit: "KB" | "MB";
}

/** `select[...]`; ERT and ERR have the texts. `requirement` is the whole -R string, for them. */
export function parseSelect(source: string, requirement: string, known: Known): Select {
  return new SelectReader(tokenize(source, requirement), known).read();
}

type Apply = (sign: string, left: Value, right: Value) => Value;

/** From what binds least to what binds most. */
const LEVELS: readonly { readonly signs: readonly string[]; readonly apply: Apply }[] = [
  { signs: ["||"], apply: (_, left, right) => truth(left) || truth(right) },
  { signs: ["&&"], apply: (_, left, right) => truth(left) && truth(right) },
  { signs: ["==", "=", "!=", ">=", "<=", ">", "<"], apply: applyComparison },
  { signs: ["+", "-"], apply: applyArithmetic },
  { signs: ["*", "/"], apply: applyArithmetic },
];

class SelectReader {
  private readonly tokens: readonly Token[];
  private readonly known: Known;
  private at = 0;

  constructor(tokens: readonly Token[], known: Known) {
    this.tokens = tokens;
    this.known = known;
  }

  read(): Select {
    const expression = this.readLevel(0);
    if (this.at < this.tokens.length) throw new Refusal("Bad resource requirement syntax");
    return expression;
  }

  private sign(): string | null {
    const token = this.tokens[this.at];
    return token?.kind === "sign" ? token.text : null;
  }

  private readLevel(level: number): Select {
    const here = LEVELS[level];
    if (here === undefined) return this.readUnary();
    let left = this.readLevel(level + 1);
    for (let sign = this.sign(); sign !== null && here.signs.includes(sign); sign = this.sign()) {
      this.at++;
      const [before, right, operator] = [left, this.readLevel(level + 1), sign];
      left = (host) => here.apply(operator, before(host), right(host));
    }
    return left;
  }

  private readUnary(): Select {
    const sign = this.sign();
    if (sign !== "!" && sign !== "-") return this.readAtom();
    this.at++;
    const inner = this.readUnary();
    return (host) => (sign === "!" ? !truth(inner(host)) : -Number(inner(host)));
  }

  private readAtom(): Select {
    const token = this.tokens[this.at++];
    if (token === undefined) throw unexpected("end of section");
    if (token.kind !== "sign") return this.readOperand(token);
    if (token.text !== "(") throw unexpected(`"${token.text}"`);
    const inner = this.readLevel(0);
    if (this.sign() !== ")") throw new Refusal("Bad resource requirement syntax");
    this.at++;
    return inner;
  }

  private readOperand(token: Token): Select {
    const [compared, operator] = this.tokens.slice(Math.max(0, this.at - 3), this.at - 1);
    if (token.kind === "number") {
      const size = parseSizeKiB(token.text, this.known.bareUnit);
      if (size === null) throw new Refusal("Bad resource requirement syntax");
      const value = SIZES.test(compared?.text ?? "") ? size : Number.parseFloat(token.text);
      return () => value;
    }
    // `model==Intel_Xeon`: a word to compare with, and no resource.
    const isValue = token.kind === "text" || /^(?:==|!=|=)$/.test(operator?.text ?? "");
    if (isValue) return () => token.text;
    if (!BUILT_IN.test(token.text) && !this.known.resources.includes(token.text)) {
      throw new Refusal("Bad resource name");
    }
    return (host) => host[token.text] ?? (token.text.startsWith("port") ? 1 : false);
  }
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
