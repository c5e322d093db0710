import type { Parameters } from "./study.ts";

/** What a word of a trainer's command may ask for beside parameters: `{{request}}`. */
export const COMMAND_VALUES = {
  request: "JSON file: all that the runner asks for",
  result: "file the result goes to",
  params: "JSON file: the parameters alone",
  seed: "the trial's seed, 0 .. 2147483647",
  epochs: "most epochs the trial may train",
  threads: "CPU cores it may use",
  data: "folder of the packed data set",
  holdout: "JSON file: the rows to be judged on, in a list",
  rows: "JSON file: the rows to train on, in a list",
  probabilities: "file for the probabilities of those rows: raw float32, a row each",
  checkpoints: "folder to go on from; empty when checkpoints are off",
  scratch: "folder for scratch files, removed afterwards",
} as const;

type CommandValueName = keyof typeof COMMAND_VALUES;
export type CommandValues = Readonly<Record<CommandValueName, string>>;

/** Two braces as they are, where a placeholder would begin. */
const BRACES = "{{{{";
/** BRACES, or `{{name}}` or `{{param:name}}`, blanks around the name allowed. */
const PLACEHOLDER = /\{\{\{\{|\{\{\s*(param:)?\s*([^{}]*?)\s*\}\}/g;

/** What a word of a command asks for, in order. */
export function listPlaceholders(
  word: string,
): readonly { readonly text: string; readonly name: string; readonly isParameter: boolean }[] {
  return [...word.matchAll(PLACEHOLDER)]
    .filter(([text]) => text !== BRACES)
    .map(([text, prefix, name = ""]) => ({
      text,
      name,
      isParameter: prefix !== undefined || !isCommandValue(name),
    }));
}

/**
 * A command's words as they are kept: where a parameter of the study has the name of one of COMMAND_VALUES, `{{seed}}`
 * becomes `{{param:seed}}`, for who names a parameter means it. Who asks for `{{param:seed}}` beside it means both.
 * @param parameters names of all parameters of the study, whether a trial has them or not
 */
export function preferParameters(
  command: readonly string[],
  parameters: readonly string[],
): { readonly command: readonly string[]; readonly preferred: readonly CommandValueName[] } {
  const asked = command.flatMap(listPlaceholders).filter(({ isParameter }) => isParameter);
  const meant = new Set(asked.map(({ name }) => name));
  const preferred = new Set<CommandValueName>();
  const kept = command.map((word) =>
    word.replaceAll(PLACEHOLDER, (text, _: unknown, name?: string) => {
      if (!isCommandValue(name) || meant.has(name) || !parameters.includes(name)) return text;
      preferred.add(name);
      return `{{param:${name}}}`;
    }),
  );
  return { command: kept, preferred: [...preferred] };
}

/** Names a file that appears when the trial is to be stopped early. */
export const PRUNE_VARIABLE = "BSWEEP_PRUNE";

/** The environment variable that holds one of bsweep's own values. */
export function variableOf(name: CommandValueName): string {
  return `BSWEEP_${name.toUpperCase()}`;
}

function isCommandValue(name: string | undefined): name is CommandValueName {
  return Object.hasOwn(COMMAND_VALUES, name ?? "");
}

/**
 * A trainer's command for one trial. A word that names a parameter the trial does not have, because its
 * condition does not hold, is left out.
 */
export function fillCommand(
  command: readonly string[],
  values: CommandValues,
  params: Parameters,
): string[] {
  return command.flatMap((word) => {
    const asked = listPlaceholders(word);
    const absent = asked.some(
      ({ name, isParameter }) => isParameter && !Object.hasOwn(params, name),
    );
    return absent ? [] : [fillWord(word, values, params)];
  });
}

function fillWord(word: string, values: CommandValues, params: Parameters): string {
  return word.replaceAll(PLACEHOLDER, (text, prefix?: string, name?: string) => {
    if (text === BRACES) return "{{";
    return prefix === undefined && isCommandValue(name)
      ? values[name]
      : String(params[name ?? ""] ?? "");
  });
}

/** The same values as environment variables: `BSWEEP_REQUEST` and so on. */
export function commandEnvironment(values: CommandValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [variableOf(name as CommandValueName), value]),
  );
}
