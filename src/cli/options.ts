import type { Options, PositionalOptions } from "yargs";
import { BsweepError } from "../core/errors.ts";
import { parseDurationSeconds, parseMemoryMiB } from "../core/quantities.ts";

/** An option or an argument of a command: how it is declared, and what is read from what was typed. */
export interface Option<T> {
  readonly declared: Options & PositionalOptions;
  /** @throws BsweepError USAGE, naming it by `label` */
  readonly read: (typed: unknown, label: string) => T;
}

type More = Pick<
  Options,
  "alias" | "conflicts" | "default" | "defaultDescription" | "demandOption" | "group" | "implies"
>;

/** Of a value that may be left out there may be none. */
type Value<T, M> = M extends { demandOption: true } | { default: string | number | boolean }
  ? T
  : T | undefined;

/** What yargs has checked and converted by itself. */
function taken<T>(declared: Option<T>["declared"]): Option<T> {
  return { declared, read: (typed) => typed as T };
}

/** Yes or no; no where nobody says anything. */
export function flag(describe: string, more: More = {}): Option<boolean> {
  return taken({ type: "boolean", default: false, describe, ...more });
}

/** Yes, no, or whatever the command takes then. */
export function maybe(describe: string, more: More = {}): Option<boolean | undefined> {
  return taken({ type: "boolean", describe, ...more });
}

/** A word. */
export function text<const M extends More>(describe: string, more?: M): Option<Value<string, M>> {
  return taken({ type: "string", requiresArg: true, describe, ...more });
}

/** Words one after another. */
export function texts(describe: string, more: More = {}): Option<readonly string[] | undefined> {
  return taken({ type: "string", requiresArg: true, array: true, describe, ...more });
}

/** One of several words. */
export function choice<const T extends string, const M extends More>(
  choices: readonly T[],
  describe: string,
  more?: M,
): Option<Value<T, M>> {
  return taken({ choices, describe, ...more });
}

/** Some of several words. */
export function choicesOf<const T extends string>(
  choices: readonly T[],
  describe: string,
  more: More = {},
): Option<readonly T[] | undefined> {
  return taken({ choices, array: true, describe, ...more });
}

/** What a number may be: from 1, and whole, where nothing else is said. */
interface Range {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** A number. */
export function number<const M extends More & Range>(
  describe: string,
  more?: M,
): Option<Value<number, M>> {
  const { least, most, whole, ...declared } = { ...RANGE, ...more };
  return {
    declared: { type: "number", describe, ...declared },
    read: (typed, label) => {
      if (typed !== undefined) requireWithin(label, Number(typed), { least, most, whole });
      return typed as Value<number, M>;
    },
  };
}

/** A whole number from 1, or one that stands for it where the option is named alone. */
export function numberOr(fallback: number, describe: string): Option<number | undefined> {
  return {
    // As a text: yargs tells a number that is missing from none at all by nothing.
    declared: { type: "string", describe },
    read: (typed, label) => {
      if (typed === undefined) return undefined;
      const value = typed === "" ? fallback : Number(typed);
      requireWithin(label, value);
      return value;
    },
  };
}

/** Whole numbers from 1, one after another. */
export function numbers(describe: string): Option<readonly number[] | undefined> {
  return {
    declared: { type: "number", array: true, describe },
    read: (typed, label) => {
      const values = typed as readonly number[] | undefined;
      if (values?.length === 0)
        throw new BsweepError("USAGE", `${label}: found no number, expected one`);
      for (const value of values ?? []) requireWithin(label, value, RANGE);
      return values;
    },
  };
}

const RANGE: Required<Range> = { least: 1, most: Infinity, whole: true };

/** @throws BsweepError USAGE */
function requireWithin(
  label: string,
  value: number,
  { least, most, whole }: Required<Range> = RANGE,
): void {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const kind = whole ? "a whole number" : "a number";
  const range = `from ${least}${most === Infinity ? "" : ` to ${most}`}`;
  throw new BsweepError("USAGE", `${label}: found ${value}, expected ${kind} ${range}`);
}

/** A time such as 2h, in seconds. */
export function duration<const M extends More>(
  describe: string,
  more?: M,
): Option<Value<number, M>> {
  return quantity(parseDurationSeconds, "a time such as 2h", describe, more);
}

/** A size such as 8GB, in MiB. */
export function memory<const M extends More>(describe: string, more?: M): Option<Value<number, M>> {
  return quantity(parseMemoryMiB, "a size such as 8GB", describe, more);
}

function quantity<M extends More>(
  parse: (text: string) => number | undefined,
  expected: string,
  describe: string,
  more?: M,
): Option<Value<number, M>> {
  const read = (typed: unknown, label: string): number | undefined => {
    if (typed === undefined) return undefined;
    const value = typeof typed === "string" ? parse(typed) : undefined;
    if (value !== undefined) return value;
    const found = JSON.stringify(typed);
    throw new BsweepError("USAGE", `${label}: found ${found}, expected ${expected}`);
  };
  return { ...text(describe, more), read: read as Option<Value<number, M>>["read"] };
}

/** The argument of nearly every command. */
export const STUDY = text("Study file", { demandOption: true });

/** Options that all commands share which change jobs. */
export const STEERING = {
  print: flag("Print the scheduler's commands instead of running them"),
  json: flag("Print what became of each job as JSON"),
};
