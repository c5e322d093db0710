import { BsweepError } from "../core/errors.ts";
import { escapeControls } from "../core/printable.ts";

/** A value of a JSON document; undefined for what is nested too deep to be read. Objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject | undefined;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Deeper ones are passed over. */
const MAX_DEPTH = 32;
/** More take hundreds of MiB. */
const MAX_VALUES = 1_000_000;
/** Of a text, in a message. */
const SHOWN_LENGTH = 24;

/** Words for values, in lower case: JSON's, Python's, and R's. */
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...(["null", "none"] as const).map((word) => [word, null] as const),
  ...([true, false] as const).map((value) => [String(value), value] as const),
  ...(["nan", "+nan", "-nan", "na"] as const).map((word) => [word, NaN] as const),
  ...(["inf", "infinity"] as const).flatMap((word) => [
    [word, Infinity] as const,
    [`+${word}`, Infinity] as const,
    [`-${word}`, -Infinity] as const,
  ]),
]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const WORD_LETTER = /[\w.+-]/;
const BLANK = /[\s\uFEFF]/;

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
  ...{ '"': '"', "\\": "\\", "/": "/" },
};

/**
 * The number that a word stands for, as programs print numbers: `.5`, `+1`, `007`, `1e999` (not finite), `nan`, `-inf`,
 * `NA`. Undefined for any other word.
 */
export function parseNumber(word: string): number | undefined {
  const value = valueOf(word);
  return typeof value === "number" ? value : undefined;
}

/** Undefined for what is no word for a value. */
function valueOf(word: string): Json {
  return NUMBER.test(word) ? Number(word) : WORDS.get(word.toLowerCase());
}

/**
 * Reads JSON as programs write it: numbers that are not finite, a byte order mark, a comma too many, line ends in
 * strings, escapes that there are not. Of equal names in an object the last one counts.
 * @param onDuplicate called with such a name
 * @throws BsweepError INVALID_RESULT `is no JSON: found X at line L, column C, expected Y`
 */
export function parseTolerantJson(text: string, onDuplicate: (name: string) => void): Json {
  return new Reader(text, onDuplicate).readDocument();
}

class Reader {
  readonly #text: string;
  readonly #onDuplicate: (name: string) => void;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(text: string, onDuplicate: (name: string) => void) {
    this.#text = text;
    this.#onDuplicate = onDuplicate;
  }

  readDocument(): Json {
    if (this.#next() === "") throw new BsweepError("INVALID_RESULT", "is empty");
    const value = this.#readValue();
    const letter = this.#next();
    if (letter === "") return value;
    throw this.#fault(letter === "{" ? "one result, written once, and this is another" : "its end");
  }

  /** The next letter that is no blank; "" at the end. */
  #next(): string {
    while (BLANK.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #readValue(): Json {
    this.#values += 1;
    if (this.#values > MAX_VALUES)
      throw new BsweepError("INVALID_RESULT", `holds more than ${MAX_VALUES} values`);
    const letter = this.#next();
    if (letter === '"') return this.#readString();
    if (letter === "{" || letter === "[") {
      if (this.#depth === MAX_DEPTH) {
        this.#passOver();
        return;
      }
      this.#depth += 1;
      const value = letter === "{" ? this.#readObject() : this.#readList();
      this.#depth -= 1;
      return value;
    }
    return this.#readWord();
  }

  #readWord(): Json {
    const start = this.#at;
    let end = start;
    while (WORD_LETTER.test(this.#text.charAt(end))) end += 1;
    const word = this.#text.slice(start, end);
    const value = valueOf(word);
    if (value === undefined) throw this.#fault("a value");
    this.#at = end;
    return value;
  }

  #readList(): Json[] {
    const values: Json[] = [];
    this.#at += 1;
    while (this.#next() !== "]") {
      values.push(this.#readValue());
      this.#passSeparator("]");
    }
    this.#at += 1;
    return values;
  }

  #readObject(): JsonObject {
    const object = Object.create(null) as Record<string, Json>;
    this.#at += 1;
    while (this.#next() !== "}") {
      if (this.#next() !== '"') throw this.#fault("a name in double quotes");
      const name = this.#readString();
      if (this.#next() !== ":") throw this.#fault("a colon");
      this.#at += 1;
      if (Object.hasOwn(object, name)) this.#onDuplicate(name);
      object[name] = this.#readValue();
      this.#passSeparator("}");
    }
    this.#at += 1;
    return object;
  }

  /** A comma, which may stand before the end too. */
  #passSeparator(end: string): void {
    const letter = this.#next();
    if (letter === ",") this.#at += 1;
    else if (letter !== end) throw this.#fault(`a comma or ${end}`);
  }

  #readString(): string {
    let text = "";
    this.#at += 1;
    let from = this.#at;
    for (;;) {
      const letter = this.#text.charAt(this.#at);
      if (letter === "") throw this.#fault("the end of a string");
      if (letter === '"' || letter === "\\") text += this.#text.slice(from, this.#at);
      if (letter === '"') break;
      if (letter === "\\") {
        text += this.#readEscape();
        from = this.#at;
      } else this.#at += 1;
    }
    this.#at += 1;
    return text;
  }

  #readEscape(): string {
    const letter = this.#text.charAt(this.#at + 1);
    const code = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter === "u" && /^[\da-f]{4}$/i.test(code)) {
      this.#at += 6;
      return String.fromCharCode(parseInt(code, 16));
    }
    this.#at += 1 + letter.length;
    return ESCAPES[letter] ?? `\\${letter}`;
  }

  /** Goes past an object or list without reading it. */
  #passOver(): undefined {
    let open = 0;
    do {
      const letter = this.#next();
      if (letter === "") throw this.#fault("the end of what was begun");
      if (letter === '"') {
        this.#readString();
        continue;
      }
      if (letter === "{" || letter === "[") open += 1;
      if (letter === "}" || letter === "]") open -= 1;
      this.#at += 1;
    } while (open > 0);
    return undefined;
  }

  #fault(expected: string): BsweepError {
    const before = this.#text.slice(0, this.#at).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const rest = this.#text.slice(this.#at, this.#at + SHOWN_LENGTH).split(/[\r\n]/)[0] ?? "";
    const found = this.#at >= this.#text.length ? "its end" : `\`${escapeControls(rest)}\``;
    const message = `is no JSON: found ${found} at ${place}, expected ${expected}`;
    return new BsweepError("INVALID_RESULT", message);
  }
}
