import { listNames, mayBeAbsent } from "../core/space/conditions.ts";
import type { CommandSetup, SearchSpace } from "../core/study.ts";
import {
  listPlaceholders,
  onlyPlaceholder,
  parameterOf,
  variableOf,
} from "../core/trainer-command.ts";

/** What a setup is looked at with. */
interface Beside {
  /** Values of bsweep's own whose names are taken for parameters. */
  readonly preferred: readonly string[];
  /** Names of all parameters. */
  readonly parameters: readonly string[];
  readonly space: SearchSpace;
  /** The first objective's. */
  readonly metric: string;
}

/** What may be meant otherwise than it is written, a sentence each. */
export function noteCommand(
  setup: CommandSetup,
  { preferred, parameters, space, metric }: Beside,
): string[] {
  const conditional = new Set(listNames(space).filter((name) => mayBeAbsent(space, name)));
  return [
    ...preferred.map(notePreferred),
    ...noteLonelyFlags(setup.command, conditional),
    ...noteUnhanded(setup, parameters),
    ...noteUntold(setup, metric),
    ...noteApart(setup),
    ...noteUnusedStyle(setup),
  ];
}

function notePreferred(name: string): string {
  const variable = variableOf(name);
  const meant = `trainer.command: {{${name}}} is the study's parameter \`${name}\``;
  return variable === undefined ? meant : `${meant}; bsweep's own value is in ${variable}`;
}

/** `--momentum {{momentum}}` as two words, of which one is left where there is no momentum. */
function noteLonelyFlags(command: readonly string[], conditional: ReadonlySet<string>): string[] {
  return command.flatMap((word, at) => {
    const before = command[at - 1] ?? "";
    const asked = onlyPlaceholder(word);
    const isLonely =
      asked?.kind === "parameter" &&
      conditional.has(asked.name) &&
      before.startsWith("-") &&
      listPlaceholders(before).length === 0;
    return isLonely
      ? [
          `trainer.command: ${before} stays in trials that have no ${asked.name}: {{flag:${asked.name}}} in place of both words leaves it out too`,
        ]
      : [];
  });
}

/** A script that knows nothing of bsweep does not look into BSWEEP_PARAMS. */
function noteUnhanded(
  { command, env = {}, metrics, metricsFile }: CommandSetup,
  parameters: readonly string[],
): string[] {
  if (metrics === undefined && metricsFile === undefined) return [];
  const asked = [...command, ...Object.values(env)].flatMap(listPlaceholders);
  const handsAll = asked.some(
    ({ kind, name }) =>
      kind === "args" || (kind === "value" && ["params", "request"].includes(name)),
  );
  const named = new Set(asked.map(parameterOf));
  const unhanded = handsAll ? [] : parameters.filter((name) => !named.has(name));
  return unhanded.length === 0
    ? []
    : [
        `trainer.command hands the program no ${unhanded.join(", ")}: "{{args}}" among its words hands it every parameter`,
      ];
}

/** The objective stands in no expression, and may yet be in a file. */
function noteUntold({ metrics, metricsFile }: CommandSetup, metric: string): string[] {
  if (metrics === undefined || metricsFile !== undefined || Object.hasOwn(metrics, metric))
    return [];
  const names = Object.keys(metrics).join(", ");
  return [
    `trainer.metrics has no ${metric}, the objective, but ${names}: the command has to leave it in its result`,
  ];
}

/** What a script writes elsewhere than a run by hand does. */
function noteApart({ metricsFile, cwd = "" }: CommandSetup): string[] {
  if (
    metricsFile === undefined ||
    /^\/|\{\{\s*(?:scratch|artifacts)\s*\}\}/.test(`${metricsFile}${cwd}`)
  )
    return [];
  const [first = ""] = metricsFile.split("/");
  return [
    `trainer.metricsFile: each trial runs in a folder of its own, in which ${first} is its own and all else of the workspace is linked; what it writes beside is removed with it`,
  ];
}

function noteUnusedStyle({ command, argsStyle }: CommandSetup): string[] {
  if (argsStyle === undefined) return [];
  const kinds = command.map((word) => onlyPlaceholder(word)?.kind);
  return kinds.includes("args") || kinds.includes("flag")
    ? []
    : ["trainer.argsStyle has no effect: the command has neither {{args}} nor {{flag:name}}"];
}
