import type { CommandModule } from "yargs";
import type { GlobalOptions } from "../command.ts";
import { generateCommand } from "./generate.ts";
import { planCommand } from "./plan.ts";
import { prepareCommand } from "./prepare.ts";
import { runtimeCommand } from "./runtime.ts";

/** Every command, in the order of the help text. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has options of its own
export const commands: readonly CommandModule<GlobalOptions, any>[] = [
  prepareCommand,
  planCommand,
  generateCommand,
  runtimeCommand,
];
