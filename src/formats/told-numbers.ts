import { isObject } from "../core/objects.ts";
import type { Metrics } from "../core/trial.ts";
import { showValue } from "./schema-issues.ts";
import { type Json, type JsonObject, parseNumber } from "./tolerant-json.ts";
import type { Warnings } from "./warnings.ts";

/** A report may name so many, with so long names; the objective's is always taken. */
const MAX_NUMBERS = 1000;
const MAX_NAME_LENGTH = 200;

/**
 * What a value stands for where a number is expected: null is JavaScript's NaN, a text or a list of one may be a number
 * (R writes such), which `isPlain` tells. Undefined for what is no number.
 */
export function readNumber(
  value: Json,
): { readonly number: number; readonly isPlain: boolean } | undefined {
  if (typeof value === "number") return { number: value, isPlain: true };
  if (value === null) return { number: NaN, isPlain: true };
  if (typeof value === "string") {
    const word = value.trim();
    const number = /^(?:null|none)$/i.test(word) ? NaN : parseNumber(word);
    return number === undefined ? undefined : { number, isPlain: false };
  }
  const inner =
    Array.isArray(value) && value.length === 1 ? readNumber(value[0] as Json) : undefined;
  return inner === undefined ? undefined : { number: inner.number, isPlain: false };
}

function describeOddity(read: ReturnType<typeof readNumber>): string | undefined {
  if (read === undefined) return "no number, so left out";
  if (!Number.isFinite(read.number)) return "not finite, so left out";
  return read.isPlain ? undefined : "written as a text or a list, and taken as the number it holds";
}

/** Takes finite numbers out of what a trainer tells, and warns of the rest. */
export class ToldNumbers {
  readonly #numbers = Object.create(null) as Record<string, number>;
  #size = 0;
  readonly #warnings: Warnings;
  readonly #where: string;
  readonly #objective: string | undefined;
  /** What was told for the objective and is no finite number; undefined when it is one, or not there. */
  oddObjective: { readonly found: Json; readonly isNumber: boolean } | undefined;

  /**
   * @param where the names stand, for warnings: "" or `history: `
   * @param objective the metric that must not be lost
   */
  constructor(warnings: Warnings, where: string, objective?: string) {
    this.#warnings = warnings;
    this.#where = where;
    this.#objective = objective;
  }

  /** By name; what stood in objects within objects has their names before its own: `test.auc`. */
  get metrics(): Metrics {
    return this.#numbers;
  }

  /** @param prefix of the names: "" or `test.` */
  collect(told: JsonObject, prefix = ""): this {
    for (const [key, value] of Object.entries(told)) {
      if (isObject(value)) this.collect(value, `${prefix}${key}.`);
      else this.#take(`${prefix}${key}`, value);
    }
    return this;
  }

  #take(name: string, value: Json): void {
    const read = readNumber(value);
    const isFinite = Number.isFinite(read?.number);
    if (name === this.#objective) {
      this.oddObjective = isFinite ? undefined : { found: value, isNumber: read !== undefined };
      if (!isFinite) return;
    } else if (!this.#isTakeable(name)) return;
    const oddity = describeOddity(read);
    if (oddity !== undefined) this.#warn(oddity, name, value);
    if (read === undefined || !isFinite) return;
    if (!Object.hasOwn(this.#numbers, name)) this.#size += 1;
    this.#numbers[name] = read.number;
  }

  #isTakeable(name: string): boolean {
    const isNamed = name !== "" && name.length <= MAX_NAME_LENGTH && name !== "__proto__";
    if (!isNamed)
      this.#warnings.add(
        `a name that is empty or longer than ${MAX_NAME_LENGTH} letters, so left out`,
        `${this.#where}${name}`,
      );
    if (this.#size >= MAX_NUMBERS)
      this.#warnings.add(`more than ${MAX_NUMBERS} numbers, so left out`, `${this.#where}${name}`);
    return isNamed && this.#size < MAX_NUMBERS;
  }

  #warn(what: string, name: string, value: Json): void {
    // In a history it is the name that counts: it may be odd at each step.
    const found = this.#where === "" ? ` (${showValue(value)})` : "";
    this.#warnings.add(what, `${this.#where}${name}${found}`);
  }
}
