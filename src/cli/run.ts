import yargs from "yargs";
import { BsweepError } from "../core/errors.ts";
import { logicalCwd, logicalPath } from "../workspace/layout.ts";
import { packageVersion } from "../workspace/package.ts";
import { commands } from "./commands/index.ts";
import { printError } from "./output.ts";

const USAGE_HINT = "bsweep --help lists the commands; bsweep COMMAND --help its options";

/** Parses the arguments, runs the command, tells any error. Returns the exit status. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const debug = argv.includes("--debug");
  try {
    await createParser().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return printError(error, debug);
  }
}

/** The whole command line, for running and for the help texts in docs/cli.md. */
export function createParser(): ReturnType<typeof yargs> {
  const parser = yargs()
    .scriptName("bsweep")
    .usage(
      "$0 <command>\n\nHyperparameter sweeps as job arrays: one trial per element, one ranking at the end.",
    )
    .option("workspace", {
      type: "string",
      describe: "Folder that holds jobs/ and results/",
      default: process.env["BSWEEP_WORKSPACE"] ?? logicalCwd(),
      defaultDescription: "$BSWEEP_WORKSPACE, else this folder",
      coerce: (path: string) => logicalPath(path),
    })
    .option("debug", { type: "boolean", default: false, describe: "Show the stack of an error" })
    .version(packageVersion())
    .alias("help", "h")
    .strict()
    .parserConfiguration({ "duplicate-arguments-array": false })
    .recommendCommands()
    .demandCommand(1, "Which command? See bsweep --help.")
    .exitProcess(false)
    .wrap(100)
    .fail((message, error: Error | undefined) => {
      throw error ?? new BsweepError("USAGE", message, { hint: USAGE_HINT });
    });
  for (const command of commands) parser.command(command);
  return parser;
}
