import type { Column } from "../view.ts";
import { FilterError, splitFilter, type Token } from "./tokens.ts";

/** Whether a trial passes. */
export type Test = (trial: number) => boolean;

/**
 * Reads a filter such as `filters >= 32 and not (state = failed or dropout < 0.1)`. Names stand as they are, or between
 * backticks; `=`, `!=`, `<`, `<=`, `>`, `>=` compare, `~` finds a text inside another. It is read and then run by the
 * functions below; nothing of it is ever run as a program.
 * @throws FilterError
 */
export function compileFilter(text: string, columns: readonly Column[]): Test {
  const reader = new Reader(splitFilter(text), columns);
  const test = reader.readAny();
  reader.requireEnd();
  return test;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #columns: ReadonlyMap<string, Column>;
  #place = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], columns: readonly Column[]) {
    this.#tokens = tokens;
    this.#columns = new Map(columns.map((column) => [column.key, column]));
  }

  /** a or b or c */
  readAny(): Test {
    const parts = [this.#readAll()];
    while (this.#take("or")) parts.push(this.#readAll());
    return (trial) => parts.some((part) => part(trial));
  }

  requireEnd(): void {
    const left = this.#tokens[this.#place];
    if (left !== undefined)
      throw new FilterError(`found ${left.text}, expected and, or, or the end`);
  }

  /** a and b and c */
  #readAll(): Test {
    const parts = [this.#readOne()];
    while (this.#take("and")) parts.push(this.#readOne());
    return (trial) => parts.every((part) => part(trial));
  }

  #readOne(): Test {
    // What is nested deeper than anybody writes would end the stack.
    if (++this.#depth > 100) throw new FilterError("nested too deep");
    const test = this.#readNested();
    this.#depth -= 1;
    return test;
  }

  #readNested(): Test {
    if (this.#take("not")) {
      const test = this.#readOne();
      return (trial) => !test(trial);
    }
    if (!this.#take("(")) return this.#readComparison();
    const test = this.readAny();
    if (!this.#take(")")) throw new FilterError("expected )");
    return test;
  }

  #readComparison(): Test {
    const name = this.#next("a name");
    const column = this.#columns.get(name.text);
    if (column === undefined) throw new FilterError(`there is no column ${name.text}`);
    const sign = this.#next("a comparison such as >=");
    const value = this.#next("a value");
    return compare(column, sign.text, value);
  }

  #next(expected: string): Token {
    const token = this.#tokens[this.#place];
    if (token === undefined) throw new FilterError(`expected ${expected} at the end`);
    this.#place += 1;
    return token;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#place];
    if (token?.text !== text || token.kind === "text" || token.kind === "number") return false;
    this.#place += 1;
    return true;
  }
}

function compare(column: Column, sign: string, value: Token): Test {
  const { number, raw } = column;
  const text = (trial: number): string => String(raw(trial));
  if (sign === "~") {
    const wanted = value.text.toLowerCase();
    return (trial) => text(trial).toLowerCase().includes(wanted);
  }
  const isNumeric = column.isNumeric && value.kind === "number";
  const limit = isNumeric ? value.value : NaN;
  const equals: Test = isNumeric
    ? (trial) => number(trial) === limit
    : (trial) => text(trial) === value.text;
  if (sign === "=" || sign === "==") return equals;
  if (sign === "!=") return (trial) => !equals(trial);
  if (!["<", "<=", ">", ">="].includes(sign))
    throw new FilterError(`found ${sign}, expected one of = != < <= > >= ~`);
  if (!isNumeric)
    throw new FilterError(`${column.key} ${sign} needs a column of numbers, and a number`);
  return {
    "<": (trial: number) => number(trial) < limit,
    "<=": (trial: number) => number(trial) <= limit,
    ">": (trial: number) => number(trial) > limit,
    ">=": (trial: number) => number(trial) >= limit,
  }[sign as "<" | "<=" | ">" | ">="];
}
