import type { Issue } from "../core/errors.ts";
import { COMMAND_VALUES, listPlaceholders } from "../core/trainer-command.ts";
import { describeUnknown, type IssueAt } from "./schema-issues.ts";

/** What a command's words may ask for. */
export interface CommandScope {
  /** Names of all parameters, whether their entries are sound or not. */
  readonly parameters: readonly string[];
  readonly hasData: boolean;
}

/** Words that ask for what there is not. */
export function checkCommand(
  command: readonly string[],
  { parameters, hasData }: CommandScope,
  issueAt: IssueAt,
): Issue[] {
  return command.flatMap((word, index) =>
    listPlaceholders(word).flatMap(({ text, name, isParameter }) => {
      const known = text.includes("param:")
        ? parameters
        : [...parameters, ...Object.keys(COMMAND_VALUES)];
      const at = (message: string): Issue[] => [issueAt(["trainer", "command", index], message)];
      if (isParameter && !parameters.includes(name))
        return at(`${text}: ${describeUnknown("value", name, known)}`);
      if (!isParameter && !hasData && (name === "data" || name === "holdout"))
        return at(`found ${text}, but the study has no \`data\``);
      return [];
    }),
  );
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
