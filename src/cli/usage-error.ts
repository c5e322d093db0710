import type { CommandModule } from "yargs";
import { BsweepError, findNearest } from "../core/errors.ts";

/** What a usage error is told against: the program's commands and what was typed. */
interface Typed {
  readonly commands: readonly Pick<CommandModule, "command">[];
  readonly argv: readonly string[];
}

/** From yargs's message on wrong arguments to an error that says what to type instead. */
export function toUsageError(message: string, { commands, argv }: Typed): BsweepError {
  const forms = new Map(commands.map(({ command }) => [firstWord(String(command)), command]));
  const name = argv.find((word) => forms.has(word));
  const unknown = /^Unknown arguments?: (.*)/.exec(message)?.[1]?.split(", ") ?? [];
  const word = unknown.find((each) => argv.includes(each));
  if (name === undefined && word !== undefined) return unknownCommand(word, forms.keys());
  return new BsweepError("USAGE", describe(message, unknown, argv, forms.get(name ?? "")), {
    hint:
      name === undefined ? "bsweep --help lists the commands" : `bsweep ${name} --help tells more`,
  });
}

function describe(
  message: string,
  unknown: readonly string[],
  argv: readonly string[],
  form: CommandModule["command"],
): string {
  if (form !== undefined && message.startsWith("Not enough non-option arguments")) {
    return `found too few arguments, expected bsweep ${String(form)}`;
  }
  const missing = /^Missing required arguments?: (.*)/.exec(message)?.[1]?.split(", ");
  if (missing !== undefined)
    return `found no ${missing.map((each) => `--${each}`).join(" and no ")}`;
  if (unknown.length === 0) return message;
  const words = unknown.map((each) => (argv.includes(each) ? each : `--${each}`));
  return `found ${words.join(", ")}, which the command does not take`;
}

function unknownCommand(unknown: string, names: Iterable<string>): BsweepError {
  const nearest = findNearest(unknown, names);
  return new BsweepError("USAGE", `there is no command ${unknown}`, {
    hint: nearest === undefined ? "bsweep --help lists the commands" : `did you mean ${nearest}?`,
  });
}

function firstWord(form: string): string {
  return form.split(" ", 1)[0] ?? "";
}

/** Refuses options that take a number and were given none. @throws BsweepError USAGE */
export function requireNumbers(options: Readonly<Record<string, unknown>>): true {
  const [wrong] = Object.entries(options).filter(([, value]) => Number.isNaN(value));
  if (wrong === undefined) return true;
  throw new BsweepError("USAGE", `--${wrong[0]}: found no number, expected one`);
}

/**
 * Refuses a list that is given in two places: of the values of a repeated option only the last ones would count.
 * @throws BsweepError USAGE
 */
export function refuseRepeatedLists(
  options: Readonly<Record<string, unknown>>,
  argv: readonly string[],
): true {
  const isGiven = (name: string, word: string): boolean =>
    word === `--${name}` || word.startsWith(`--${name}=`);
  const repeated = Object.keys(options).find(
    (name) => Array.isArray(options[name]) && argv.filter((word) => isGiven(name, word)).length > 1,
  );
  if (repeated === undefined) return true;
  throw new BsweepError("USAGE", `--${repeated} is given more than once`, {
    hint: `give its values one after another: --${repeated} A B`,
  });
}
