import { Refusal } from "../daemon/refusal.ts";

export interface OptionRule {
  /** "text": the next argument is its value. "maybe": it is, if it does not begin with `-`. */
  readonly takes: "nothing" | "text" | "maybe";
  /** Where it is documented: keys of the notes on LSF's commands (see variants.ts). */
  readonly source: string;
  /** false: LSF knows it, the emulator does not, and says so rather than pretend. */
  readonly emulated: boolean;
}

export const flag = (source: string): OptionRule => ({ takes: "nothing", source, emulated: true });
export const text = (source: string): OptionRule => ({ takes: "text", source, emulated: true });
export const maybe = (source: string): OptionRule => ({ takes: "maybe", source, emulated: true });
export const unemulated = (source: string, takes: OptionRule["takes"] = "nothing"): OptionRule => ({
  takes,
  source,
  emulated: false,
});

export interface GivenOption {
  readonly name: string;
  /** "" for a flag. */
  readonly value: string;
}

export interface ParsedOptions {
  readonly options: readonly GivenOption[];
  /** What follows the options. */
  readonly rest: readonly string[];
}

/**
 * Reads options up to the first argument that is none; LSL has the texts. `mixed`: operands may stand between
 * options, as in `bjobs 123 -a`.
 */
export function parseOptions(
  command: string,
  rules: Readonly<Record<string, OptionRule>>,
  args: readonly string[],
  { mixed = false } = {},
): ParsedOptions {
  const options: GivenOption[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-") || arg === "-") {
      if (!mixed) return { options, rest: args.slice(at) };
      rest.push(arg);
      continue;
    }
    const rule = Object.hasOwn(rules, arg) ? rules[arg] : undefined;
    if (rule === undefined) throw illegalOption(command, arg, rules);
    if (!rule.emulated) {
      throw new Refusal(`${command}: option ${arg} (${rule.source}) is not emulated`);
    }
    const next = args[at + 1];
    const takesNext = rule.takes === "text" || (rule.takes === "maybe" && isValue(next));
    if (takesNext && next === undefined) {
      throw new Refusal(`${command}: option requires an argument -- ${arg.slice(1)}`);
    }
    options.push({ name: arg, value: takesNext ? (next ?? "") : "" });
    if (takesNext) at++;
  }
  return { options, rest };
}

const isValue = (arg: string | undefined): boolean => arg !== undefined && !arg.startsWith("-");

function illegalOption(
  command: string,
  arg: string,
  rules: Readonly<Record<string, OptionRule>>,
): Refusal {
  const name = arg.slice(1).split("=")[0] ?? "";
  const hasValue = arg.includes("=") && Object.hasOwn(rules, `-${name}`);
  return new Refusal(
    hasValue
      ? `${command}: option cannot have an argument -- ${name}`
      : `${command}: illegal option -- ${arg.slice(1)}`,
  );
}

/** Of a repeated option the last holds; S DTU. */
export function lastValues(options: readonly GivenOption[]): Record<string, string> {
  return Object.fromEntries(options.map(({ name, value }) => [name, value]));
}
