import { RE2JS } from "re2js";
import { parseNumber } from "./tolerant-json.ts";

/**
 * Expressions that find metrics in lines of output. They are RE2's (re2js), whose time grows with the length of a line and
 * no faster, whatever is written; bounds on both keep it short.
 */

/** Of a line, so many letters are searched. */
const MAX_LINE_LENGTH = 4096;
/** Of one metric in one line. */
const MAX_MATCHES = 100;
/** Instructions of a compiled expression. */
const MAX_PROGRAM_SIZE = 1000;

/** A number as programs print it. */
const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?i:nan|inf(?:inity)?)\b`;
/** What stands between a metric's name and its number. */
const BETWEEN = String.raw`["']?\s*[:=]?\s*`;

/** Words for what is not finite; digits in their place are found by an expression that expects a number. */
const NOT_FINITE = /\b(?:nan|inf(?:inity)?)\b/gi;
/** How terminals are told of colours and the like (ECMA-48, 5.4). */
const CONTROL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** A metric that a line tells. */
export interface FoundMetric {
  readonly name: string;
  readonly text: string;
  /** NaN and infinite ones among them; undefined where the text is no number. */
  readonly number: number | undefined;
}

/** Why a text is no expression that can be used; undefined when it is one. */
export function complainOfPattern(pattern: string): string | undefined {
  try {
    const size = compile(pattern).programSize();
    return size <= MAX_PROGRAM_SIZE
      ? undefined
      : `an expression of at most ${MAX_PROGRAM_SIZE} instructions, and this one has ${size}: repeat less in it`;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return `a regular expression as RE2 takes it (${said.replace(/^error parsing regexp: /, "")})`;
  }
}

/** Without a group of its own, an expression is the name that stands before the number. */
function compile(pattern: string): RE2JS {
  const own = RE2JS.compile(pattern);
  if (own.groupCount() > 0) return own;
  const start = /^\w/.test(pattern) ? String.raw`\b` : "";
  return RE2JS.compile(`${start}(?:${pattern})${BETWEEN}(${NUMBER})`);
}

/** A study's expressions, compiled. */
export class MetricPatterns {
  readonly #compiled: readonly { readonly name: string; readonly pattern: RE2JS }[];

  /** @param patterns metric -> expression, each of which `complainOfPattern` takes */
  constructor(patterns: Readonly<Record<string, string>>) {
    this.#compiled = Object.entries(patterns).map(([name, pattern]) => ({
      name,
      pattern: compile(pattern),
    }));
  }

  get names(): readonly string[] {
    return this.#compiled.map(({ name }) => name);
  }

  /** What a line tells, metric after metric, each in the order of the line. */
  find(line: string): readonly FoundMetric[] {
    const plain = line.slice(0, MAX_LINE_LENGTH).replaceAll(CONTROL_SEQUENCE, "");
    const digits = plain.replaceAll(NOT_FINITE, (word) => "0".repeat(word.length));
    return this.#compiled.flatMap(({ name, pattern }) => {
      const found = findNumbers(pattern, plain, plain);
      if (digits === plain || found.some(({ number }) => number !== undefined))
        return found.map((each) => ({ name, ...each }));
      // `acc=([0-9.-]+)` finds no number in `acc=-inf`, and yet that is what the program has come to.
      return findNumbers(pattern, digits, plain).map((each) => ({ name, ...each }));
    });
  }
}

/**
 * What the first group that took part in each match stands for.
 * @param told as long as `searched`: where the texts are taken from
 */
function findNumbers(pattern: RE2JS, searched: string, told: string): Omit<FoundMetric, "name">[] {
  const matcher = pattern.matcher(searched);
  const found: Omit<FoundMetric, "name">[] = [];
  while (found.length < MAX_MATCHES && matcher.find()) {
    let group = 1;
    while (group < pattern.groupCount() && matcher.start(group) < 0) group += 1;
    if (matcher.start(group) < 0) continue;
    const text = told.slice(matcher.start(group), matcher.end(group));
    found.push({ text, number: parseNumber(text.trim()) });
  }
  return found;
}
