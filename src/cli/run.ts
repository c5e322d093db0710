import yargs from "yargs";
import { EXIT_STATUS } from "../core/errors.ts";
import { logicalPath } from "../workspace/layout.ts";
import { packageVersion } from "../workspace/package.ts";
import { commands } from "./commands/index.ts";
import { defaultWorkspace } from "./job-program.ts";
import { PARSER } from "./command.ts";
import { outliveReaders, print, printError } from "./output.ts";
import { refuseRepeatedLists, requireNumbers, toUsageError } from "./usage-error.ts";

/** Parses the arguments, runs the command, tells any error. Returns the exit status. */
export async function runCli(argv: readonly string[]): Promise<number> {
  outliveReaders();
  const debug = argv.includes("--debug");
  try {
    if (argv.length === 0) {
      print(await createParser([]).getHelp());
      return EXIT_STATUS.USAGE;
    }
    await createParser(argv).parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return printError(error, debug);
  }
}

/** The whole command line, for running and for the help texts in docs/cli.md. `argv` is for messages. */
export function createParser(argv: readonly string[]): ReturnType<typeof yargs> {
  const parser = yargs()
    .scriptName("bsweep")
    .locale("en")
    .usage(
      "$0 <command>\n\nHyperparameter sweeps as job arrays: one trial per element, one ranking at the end.",
    )
    .option("workspace", {
      type: "string",
      describe: "Folder that holds jobs/ and results/",
      default: defaultWorkspace(),
      defaultDescription: "$BSWEEP_WORKSPACE, else this folder",
      coerce: (path: string) => logicalPath(path),
    })
    .option("debug", { type: "boolean", default: false, describe: "Show the stack of an error" })
    .version(packageVersion())
    .alias("help", "h")
    .group(["workspace", "debug", "help", "version"], "Everywhere:")
    .strict()
    .parserConfiguration(PARSER)
    .check(requireNumbers)
    .check((options) => refuseRepeatedLists(options, argv))
    .demandCommand(1, "which command?")
    .exitProcess(false)
    .wrap(100)
    .fail((message, error: Error | undefined) => {
      // yargs wraps what `coerce` throws, and throws its own complaints, as YError.
      if (error !== undefined && error.name !== "YError") throw error;
      throw toUsageError(message, { commands, argv });
    });
  for (const command of commands) parser.command(command);
  return parser;
}
