import type { CommandModule } from "yargs";
import type { GlobalOptions } from "../command.ts";
import { runtimeCommand } from "./runtime.ts";

/** Every command, in the order of the help text. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has options of its own
export const commands: readonly CommandModule<GlobalOptions, any>[] = [runtimeCommand];
