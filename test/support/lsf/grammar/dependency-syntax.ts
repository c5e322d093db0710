import { Refusal } from "../daemon/refusal.ts";

/** `> 3`, or `*` for all. */
export type Comparison = "all" | { readonly operator: string; readonly number: number };

/** A dependency condition, read but not looked up. */
export type ConditionTree =
  | { readonly kind: "and" | "or"; readonly parts: readonly ConditionTree[] }
  | { readonly kind: "not"; readonly inner: ConditionTree }
  | {
      readonly kind: "state" | "count";
      readonly name: string;
      readonly reference: string;
      readonly comparison: Comparison | null;
    };

const STATES = /^(?:done|ended|exit|started|post_done|post_err|external)$/;
const COUNTS = /^num(?:done|ended|exit|hold|pend|run|start)$/;
const OPERATOR = /^(?:[<>=!]=|[<>])$/;
const SIGNS = /^(?:&&|\|\||[!()<>,*]|[<>=!]=)$/;
const TOKENS = /\s*(&&|\|\||>=|<=|==|!=|[!()<>,*]|"[^"]*"|'[^']*'|[^\s()!<>=&|,"']+)/y;

/** Reads the grammar of bsub -w (HELP). */
export class ConditionReader {
  private readonly source: string;
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = this.tokenize();
  }

  read(): ConditionTree {
    const tree = this.readChain("or");
    if (this.at < this.tokens.length) throw this.wrong();
    return tree;
  }

  private wrong(): Refusal {
    return new Refusal(`${this.source}: Dependency condition syntax error`);
  }

  private tokenize(): string[] {
    const tokens: string[] = [];
    TOKENS.lastIndex = 0;
    while (TOKENS.lastIndex < this.source.trimEnd().length) {
      const token = TOKENS.exec(this.source)?.[1];
      if (token === undefined) throw this.wrong();
      tokens.push(token);
    }
    return tokens;
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.takes(token)) throw this.wrong();
  }

  /** A word that is no sign, without its quotes. */
  private word(): string {
    const word = this.tokens[this.at++];
    if (word === undefined || SIGNS.test(word)) throw this.wrong();
    return word.replace(/^(["'])(.*)\1$/, "$2");
  }

  private readChain(kind: "and" | "or"): ConditionTree {
    const next = (): ConditionTree => (kind === "or" ? this.readChain("and") : this.readNot());
    const parts = [next()];
    while (this.takes(kind === "or" ? "||" : "&&")) parts.push(next());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind, parts };
  }

  private readNot(): ConditionTree {
    return this.takes("!") ? { kind: "not", inner: this.readNot() } : this.readCondition();
  }

  private readCondition(): ConditionTree {
    if (this.takes("(")) {
      const inner = this.readChain("or");
      this.expect(")");
      return inner;
    }
    const name = this.word();
    if (!this.takes("(")) return { kind: "state", name: "done", reference: name, comparison: null };
    const counts = COUNTS.test(name);
    if (!counts && !STATES.test(name)) throw this.wrong();
    const reference = this.word();
    const comparison = this.takes(",") ? this.readComparison() : null;
    this.expect(")");
    if (counts && comparison === null) throw this.wrong();
    if (!counts && comparison === "all") throw this.wrong();
    return { kind: counts ? "count" : "state", name, reference, comparison };
  }

  private readComparison(): Comparison {
    if (this.takes("*")) return "all";
    const operator = OPERATOR.test(this.tokens[this.at] ?? "") ? this.tokens[this.at++] : "==";
    const number = this.word();
    if (operator === undefined || !/^\d+$/.test(number)) throw this.wrong();
    return { operator, number: Number(number) };
  }
}
