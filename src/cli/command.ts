import type { CommandModule } from "yargs";
import type { Effects } from "../core/effects.ts";
import type { Study } from "../core/study.ts";
import { createLayout, type Layout } from "../workspace/layout.ts";
import type { Option } from "./options.ts";
import { createEffects } from "./output.ts";

/** How options are read. A command that takes words after `--` adds `populate--`. */
export const PARSER = { "duplicate-arguments-array": false };

/** Options every command takes. */
export interface GlobalOptions {
  /** The folder that holds jobs/ and results/. */
  workspace: string;
  debug: boolean;
}

/** What a command has beside its own options. */
export interface Surroundings {
  readonly workspace: string;
  readonly layout: Layout;
  readonly effects: Effects;
  /** What stands after `--`; undefined without one. */
  readonly words: readonly string[] | undefined;
}

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type Options = Readonly<Record<string, Option<unknown>>>;

/** What was typed, by the options' names in camel case. */
export type Values<O extends Options> = {
  [Name in keyof O & string as CamelCase<Name>]: O[Name] extends Option<infer T> ? T : never;
};

interface Definition<O extends Options> {
  /** Its name and its arguments, as yargs writes them: `throttle <study> <limit>`. */
  readonly command: string;
  /** False for what no help text names. */
  readonly describe: string | false;
  /** Arguments among them. */
  readonly options: O;
  readonly examples?: readonly (readonly [command: string, purpose: string])[];
  readonly epilogue?: string;
  /** Whether words may follow `--`. */
  readonly takesWords?: boolean;
  readonly run: (options: Values<O>, surroundings: Surroundings) => void | Promise<void>;
}

/** A command, its options unknown to whoever lists it. */
export type Command = CommandModule<GlobalOptions, GlobalOptions>;

/**
 * One command of the command line. A command file only declares options and prints: it loads its use case inside
 * `run`, so that no command pays for what another one needs.
 */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  const {
    command,
    describe,
    options,
    examples = [],
    epilogue = "",
    takesWords = false,
  } = definition;
  const named = Array.from(command.matchAll(/[<[]([a-z-]+)/g), ([, name]) => name);
  return {
    ...{ command, describe },
    builder: (parser) => {
      parser.parserConfiguration({ ...PARSER, "populate--": takesWords });
      for (const [name, { declared }] of Object.entries(options))
        if (named.includes(name)) parser.positional(name, declared);
        else parser.option(name, declared);
      for (const [example, purpose] of examples) parser.example(example, purpose);
      return parser.epilogue(epilogue);
    },
    handler: async (typed: GlobalOptions & Readonly<Record<string, unknown>>) => {
      const values = Object.entries(options).map(([name, { read }]) => [
        name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        read(typed[name], named.includes(name) ? name : `--${name}`),
      ]);
      const { workspace, "--": words } = typed;
      await definition.run(Object.fromEntries(values) as Values<O>, {
        ...{ workspace, layout: createLayout(workspace), effects: createEffects() },
        words: Array.isArray(words) ? words.map(String) : undefined,
      });
    },
  };
}

/** A command that is only a name for others. */
export function defineGroup(name: string, describe: string, commands: readonly Command[]): Command {
  const names = commands.map(({ command }) => String(command).split(" ", 1)[0] ?? "");
  return {
    command: `${name} <command>`,
    describe,
    builder: (parser) => {
      for (const command of commands) parser.command(command);
      return parser.demandCommand(1, `Which one: ${names.join(" or ")}?`);
    },
    handler: () => undefined,
  };
}

/** Reads a study file, loading what reads it. @throws BsweepError INVALID_STUDY with every issue */
export async function openStudy(studyFile: string): Promise<Study> {
  const { loadStudy } = await import("../app/plan/load-study.ts");
  return loadStudy({ studyFile }).study;
}
