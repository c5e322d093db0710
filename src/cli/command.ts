import type { CommandModule } from "yargs";

/**
 * One command of the command line. A command file only declares options and prints: it loads its use
 * case inside `handler`, so that no command pays for what another one needs.
 */
export type Command<Options> = CommandModule<GlobalOptions, GlobalOptions & Options>;

/** How options are read. A command that takes words after `--` adds `populate--`. */
export const PARSER = { "duplicate-arguments-array": false };

/** Options every command takes. */
export interface GlobalOptions {
  /** The folder that holds jobs/ and results/. */
  workspace: string;
  debug: boolean;
}
