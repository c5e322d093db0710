import type { Issue } from "../core/errors.ts";
import { isCost } from "../core/costs.ts";
import { isObject } from "../core/objects.ts";
import type { CommandSetup } from "../core/study.ts";
import { type ArgsStyle } from "../core/args-style.ts";
import { renameArgument } from "../core/trainer-args.ts";
import {
  COMMAND_VALUES,
  listPlaceholders,
  onlyPlaceholder,
  THREAD_VARIABLES,
} from "../core/trainer-command.ts";
import { complainOfPattern } from "./metric-patterns.ts";
import { describeUnknown, type IssueAt } from "./schema-issues.ts";

/** Of COMMAND_VALUES, what a study without data has not. */
const OF_DATA: readonly string[] = ["data", "holdout", "rows", "probabilities"];

/** What a command may ask for. */
export interface CommandScope {
  /** Names of all parameters, whether their entries are sound or not. */
  readonly parameters: readonly string[];
  /** Those that not every trial has. */
  readonly conditional: readonly string[];
  readonly hasData: boolean;
  /** Whether it keeps what trials leave. */
  readonly keeps: boolean;
}

type Place = readonly PropertyKey[];

/** What of a command asks for what there is not, or cannot be handed over or read. */
export function checkSetup(setup: CommandSetup, scope: CommandScope, issueAt: IssueAt): Issue[] {
  const { command, env = {}, cwd, metricsFile } = setup;
  const at = (...path: PropertyKey[]): Place => ["trainer", ...path];
  const folders = Object.entries({ cwd, metricsFile }).flatMap(([key, text]) =>
    text === undefined ? [] : [{ key, text }],
  );
  return [
    ...command.flatMap((word, index) => checkText(word, at("command", index), scope, issueAt)),
    ...command.flatMap((word, index) => checkWord(word, at("command", index), issueAt)),
    ...Object.entries(env).flatMap(([name, text]) => [
      ...checkVariable(name, at("env", name), issueAt),
      ...checkText(text, at("env", name), scope, issueAt),
      ...checkSingle(text, at("env", name), issueAt),
    ]),
    ...folders.flatMap(({ key, text }) => [
      ...checkText(text, at(key), scope, issueAt),
      ...checkSingle(text, at(key), issueAt),
      ...checkAlwaysThere(text, at(key), scope, issueAt),
    ]),
    ...checkOwnFile(setup, issueAt),
    ...checkArgumentNames(setup, scope, issueAt),
    ...Object.entries(setup.metrics ?? {}).flatMap(([name, pattern]) => {
      const complaint = complainOfPattern(pattern);
      const found = `found ${JSON.stringify(pattern)}, expected ${complaint}`;
      return complaint === undefined ? [] : [issueAt(at("metrics", name), found)];
    }),
  ];
}

function checkText(
  text: string,
  path: Place,
  { parameters, hasData, keeps }: CommandScope,
  issueAt: IssueAt,
): Issue[] {
  return listPlaceholders(text).flatMap(({ text: found, name, kind }) => {
    const at = (message: string): Issue[] => [issueAt(path, message)];
    const isPrefixed = found.includes("param:") || found.includes("flag:");
    const known = isPrefixed ? parameters : [...parameters, "args", ...Object.keys(COMMAND_VALUES)];
    if ((kind === "parameter" || kind === "flag") && !parameters.includes(name))
      return at(`${found}: ${describeUnknown("value", name, known)}`);
    if (kind === "value" && !hasData && OF_DATA.includes(name))
      return at(`found ${found}, but the study has no \`data\``);
    if (kind === "value" && !keeps && name === "artifacts")
      return at(`found ${found}, but the study keeps none: add \`artifacts: { keep: 5 }\``);
    return [];
  });
}

/** What stands for several words, or for none, is a word of its own. */
function checkWord(word: string, path: Place, issueAt: IssueAt): Issue[] {
  if (onlyPlaceholder(word) !== undefined) return [];
  return listSeveral(word).map((found) =>
    issueAt(path, `found ${found} inside a word, expected it as a word of its own`),
  );
}

function checkSingle(text: string, path: Place, issueAt: IssueAt): Issue[] {
  return listSeveral(text).map((found) =>
    issueAt(path, `found ${found}, expected one value: it stands for words of the command`),
  );
}

function listSeveral(text: string): string[] {
  return listPlaceholders(text)
    .filter(({ kind }) => kind === "args" || kind === "flag")
    .map(({ text: found }) => found);
}

/** Where a trial runs must be known of every trial. */
function checkAlwaysThere(
  text: string,
  path: Place,
  { conditional }: CommandScope,
  issueAt: IssueAt,
): Issue[] {
  return listPlaceholders(text)
    .filter(({ name, kind }) => kind === "parameter" && conditional.includes(name))
    .map(({ text: found }) =>
      issueAt(path, `found ${found}, expected a parameter that every trial has`),
    );
}

/** What bsweep's job files and runner set themselves, and what decides about it in place of a variable. */
const OWN_VARIABLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(THREAD_VARIABLES.map((name) => [name, "resources.cpus"])),
  CUDA_VISIBLE_DEVICES: "resources.gpu",
  NVIDIA_VISIBLE_DEVICES: "resources.gpu",
  PATH: "the site; name the program by its whole path",
};

function checkVariable(name: string, path: Place, issueAt: IssueAt): Issue[] {
  if (name in {}) return [issueAt(path, `found the name \`${name}\`, expected another one`)];
  if (name.startsWith("BSWEEP_"))
    return [issueAt(path, "found a name of bsweep's own, expected none that begins with BSWEEP_")];
  const decides = Object.hasOwn(OWN_VARIABLES, name) ? OWN_VARIABLES[name] : undefined;
  return decides === undefined
    ? []
    : [issueAt(path, `found ${name}, which bsweep sets itself: what decides is ${decides}`)];
}

/** Of COMMAND_VALUES, folders of each trial's own. */
const OWN_FOLDERS: readonly string[] = ["scratch", "artifacts"];
/** What of them is no path. */
const NO_PATHS: readonly string[] = ["seed", "epochs", "threads"];

/**
 * Trials that run at once would write the same file, and be judged by each other's. Where it is named from where the program
 * runs, that is a folder of the trial's own.
 */
function checkOwnFile({ metricsFile, cwd = "" }: CommandSetup, issueAt: IssueAt): Issue[] {
  if (metricsFile === undefined) return [];
  const paths = (text: string): readonly string[] =>
    listPlaceholders(text)
      .filter(({ name, kind }) => kind === "value" && !NO_PATHS.includes(name))
      .map(({ name }) => name);
  const isAbsolute = metricsFile.startsWith("/") || paths(metricsFile).length > 0;
  const named = paths(isAbsolute ? metricsFile : `${cwd}/${metricsFile}`);
  if (named.some((name) => OWN_FOLDERS.includes(name))) return [];
  if (!isAbsolute && !metricsFile.split("/").includes("..")) return [];
  const message = `found ${JSON.stringify(metricsFile)} in a folder that trials share, expected a name from where the program runs, such as out/metrics.json, which is each trial's own then, or one that the program is told, such as "{{scratch}}/metrics.json"`;
  return [issueAt(["trainer", "metricsFile"], message)];
}

/** Two parameters that would be written alike. */
function checkArgumentNames(
  { command, argsStyle = {} }: CommandSetup,
  { parameters }: CommandScope,
  issueAt: IssueAt,
): Issue[] {
  if (!command.some((word) => onlyPlaceholder(word)?.kind === "args")) return [];
  const { names }: Partial<ArgsStyle> = argsStyle;
  const first = new Map<string, string>();
  return parameters.flatMap((name) => {
    const written = renameArgument(name, names);
    const other = first.get(written);
    first.set(written, other ?? name);
    if (other === undefined || other === name) return [];
    const message = `found ${names}, but ${other} and ${name} are both written ${written}`;
    return [issueAt(["trainer", "argsStyle", "names"], message)];
  });
}

/** What bsweep measures itself, which only further objectives may be, has no steps. */
export function checkBest(objectives: unknown, issueAt: IssueAt): Issue[] {
  const written: unknown[] = Array.isArray(objectives) ? objectives : [];
  return written.flatMap((entry, at) => {
    const { metric, of } = isObject(entry) ? entry : {};
    return at > 0 && of === "best" && typeof metric === "string" && isCost(metric)
      ? [issueAt(["objectives", at, "of"], `found best, but ${metric} has no steps`)]
      : [];
  });
}

/** Names that every object of JavaScript has, and that would be mistaken for parameters. */
export function checkNames(
  names: readonly string[],
  path: readonly string[],
  issueAt: IssueAt,
): Issue[] {
  return names
    .filter((name) => name in {})
    .map((name) => issueAt([...path, name], `found the name \`${name}\`, expected another one`));
}
