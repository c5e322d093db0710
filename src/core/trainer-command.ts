import { dropAbsent } from "./objects.ts";
import { formatValue } from "./parameter-value.ts";
import type { CommandSetup, Parameters } from "./study.ts";
import { argumentWords } from "./trainer-args.ts";

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
  artifacts: "folder for files to keep of the best trials; empty where none are kept",
  scratch: "folder for scratch files, removed afterwards",
  workspace: "the workspace, where relative names start",
} as const;

type CommandValueName = keyof typeof COMMAND_VALUES;
export type CommandValues = Readonly<Record<CommandValueName, string>>;

/** The word that stands for all parameters which the command does not name itself. */
const ARGS = "args";

/** The setup alone, of what holds more. */
export function pickSetup(setup: CommandSetup): CommandSetup {
  const { command, argsStyle, env, cwd, metrics, metricsFile } = setup;
  return dropAbsent({ command, argsStyle, env, cwd, metrics, metricsFile });
}

/** Two braces as they are, where a placeholder would begin. */
const BRACES = "{{{{";
/** BRACES, or `{{name}}`, `{{param:name}}` or `{{flag:name}}`, blanks around the name allowed. */
const PLACEHOLDER = /\{\{\{\{|\{\{\s*(param:|flag:)?\s*([^{}]*?)\s*\}\}/g;

/** `args` and `flag` are several words, or none. */
type PlaceholderKind = "value" | "parameter" | "flag" | "args";

interface Placeholder {
  readonly text: string;
  readonly name: string;
  readonly kind: PlaceholderKind;
}

/** What a text asks for, in order. */
export function listPlaceholders(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)]
    .filter(([found]) => found !== BRACES)
    .map(([found, prefix, name = ""]) => ({ text: found, name, kind: kindOf(prefix, name) }));
}

function kindOf(prefix: string | undefined, name: string): PlaceholderKind {
  if (prefix === "flag:") return "flag";
  if (prefix !== undefined) return "parameter";
  if (name === ARGS) return "args";
  return isCommandValue(name) ? "value" : "parameter";
}

/** The name of the parameter that a placeholder asks for; undefined for one that asks for another thing. */
export function parameterOf({ kind, name }: Placeholder): string | undefined {
  return kind === "parameter" || kind === "flag" ? name : undefined;
}

/** The placeholder of a text that is nothing else. */
export function onlyPlaceholder(text: string): Placeholder | undefined {
  const [first] = listPlaceholders(text);
  return first?.text === text ? first : undefined;
}

/**
 * A setup as it is kept: where a parameter of the study has the name of one of COMMAND_VALUES, or is called `args`,
 * `{{seed}}` becomes `{{param:seed}}`, for who names a parameter means it. Who asks for `{{param:seed}}` beside it means both.
 * @param parameters names of all parameters of the study, whether a trial has them or not
 */
export function preferParameters(
  setup: CommandSetup,
  parameters: readonly string[],
): { readonly setup: CommandSetup; readonly preferred: readonly string[] } {
  const { command, env, cwd, metricsFile } = setup;
  const texts = [...command, ...Object.values(env ?? {}), cwd ?? "", metricsFile ?? ""];
  const meant = new Set(texts.flatMap(listPlaceholders).map(parameterOf));
  const preferred = new Set<string>();
  const prefer = (text: string): string =>
    text.replaceAll(PLACEHOLDER, (found: string, prefix?: string, written?: string) => {
      const name = written ?? "";
      const isOwn = prefix === undefined && (name === ARGS || isCommandValue(name));
      if (!isOwn || meant.has(name) || !parameters.includes(name)) return found;
      preferred.add(name);
      return `{{param:${name}}}`;
    });
  const kept = dropAbsent({
    ...pickSetup(setup),
    command: command.map(prefer),
    env: env && Object.fromEntries(Object.entries(env).map(([key, text]) => [key, prefer(text)])),
    cwd: cwd === undefined ? undefined : prefer(cwd),
    metricsFile: metricsFile === undefined ? undefined : prefer(metricsFile),
  });
  return { setup: kept, preferred: [...preferred] };
}

/** Names a file that appears when the trial is to be stopped early. */
export const PRUNE_VARIABLE = "BSWEEP_PRUNE";

/** `1` where the best parameters are trained once more, on all rows, for the model alone; else empty. */
export const REFIT_VARIABLE = "BSWEEP_REFIT";

/** How many threads common libraries start: an element's job file sets them (partials/element-start.hbs). */
export const THREAD_VARIABLES = [
  "OMP_NUM_THREADS",
  "TF_NUM_INTRAOP_THREADS",
  "TF_NUM_INTEROP_THREADS",
] as const;

/** The environment variable that holds one of bsweep's own values; undefined for what is none. */
export function variableOf(name: string): string | undefined {
  return isCommandValue(name) ? `BSWEEP_${name.toUpperCase()}` : undefined;
}

function isCommandValue(name: string): name is CommandValueName {
  return Object.hasOwn(COMMAND_VALUES, name);
}

/**
 * A trainer's command for one trial. A word that names a parameter the trial does not have, because its
 * condition does not hold, is left out. `{{args}}` stands for all parameters that neither command nor environment names.
 */
export function fillCommand(
  { command, argsStyle, env = {} }: CommandSetup,
  values: CommandValues,
  params: Parameters,
): string[] {
  const asked = [...command, ...Object.values(env)].flatMap(listPlaceholders);
  const named = new Set(asked.map(parameterOf));
  return command.flatMap((word) => {
    const only = onlyPlaceholder(word);
    if (only?.kind !== "args" && only?.kind !== "flag") return fillText(word, values, params) ?? [];
    const wanted = Object.entries(params).filter(([name]) =>
      only.kind === "args" ? !named.has(name) : name === only.name,
    );
    return wanted.flatMap(([name, value]) => argumentWords(name, value, argsStyle));
  });
}

/** A text for one trial; undefined where it names a parameter the trial does not have. */
export function fillText(
  text: string,
  values: CommandValues,
  params: Parameters,
): string | undefined {
  const asked = listPlaceholders(text).map(parameterOf);
  if (asked.some((name) => name !== undefined && !Object.hasOwn(params, name))) return undefined;
  return text.replaceAll(PLACEHOLDER, (found: string, prefix?: string, written?: string) => {
    const name = written ?? "";
    if (found === BRACES) return "{{";
    if (prefix === undefined && isCommandValue(name)) return values[name];
    const value = params[name];
    return value === undefined ? "" : formatValue(value);
  });
}

/** What a setup adds to the environment; a variable whose parameter the trial does not have is not set. */
export function fillEnvironment(
  { env = {} }: CommandSetup,
  values: CommandValues,
  params: Parameters,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, text]) => {
      const value = fillText(text, values, params);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** bsweep's own values as environment variables: `BSWEEP_REQUEST` and so on. */
export function commandEnvironment(values: CommandValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [variableOf(name) ?? name, value]),
  );
}
