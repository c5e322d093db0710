import { dropAbsent } from "../../core/objects.ts";
import { parseDurationSeconds, parseMemoryMiB } from "../../core/quantities.ts";
import { type Command, PARSER } from "../command.ts";
import { readQuantity, requireCount } from "../options.ts";
import { print as printText } from "../output.ts";

interface ShellCommandOptions {
  study: string | undefined;
  site: string | undefined;
  image: string | undefined;
  "user-group": string | undefined;
  queue: string | undefined;
  cpus: number | undefined;
  memory: string | undefined;
  walltime: string | undefined;
  gpus: number | undefined;
  print: boolean;
  "--"?: unknown;
}

const OPTIONS = {
  site: { type: "string", describe: "A site, where no study is named" },
  image: { type: "string", describe: "Container image", defaultDescription: "the study's" },
  "user-group": {
    type: "string",
    describe: "User group or account",
    defaultDescription: "the study's",
  },
  queue: {
    type: "string",
    describe: "Queue or partition",
    defaultDescription: "the site's interactiveQueue",
  },
  cpus: { type: "number", describe: "CPUs", defaultDescription: "the study's, or 1" },
  memory: { type: "string", describe: "Memory", defaultDescription: "the study's, or 4GB" },
  walltime: { type: "string", describe: "Longest time", defaultDescription: "the queue's" },
  gpus: { type: "number", describe: "GPUs; 0 for none", defaultDescription: "the study's" },
  print: { type: "boolean", default: false, describe: "Print the exact command, run nothing" },
} as const;

/** `bsweep shell`: an interactive job in the study's image. */
export const shellCommand: Command<ShellCommandOptions> = {
  command: "shell [study]",
  describe: "Open a shell on the cluster, in the study's image with its workspace",
  builder: (parser) =>
    parser
      .parserConfiguration({ ...PARSER, "populate--": true })
      .positional("study", { type: "string", describe: "Study file" })
      .options(OPTIONS)
      .example("$0 shell study.yaml -- bsweep doctor study.yaml", "Run one command there")
      .example(
        "$0 shell --site compute1 --user-group compute-LAB --image IMAGE --workspace FOLDER --print",
        "What to type on a login node without Node",
      ),
  handler: async (options) => {
    const { planShell } = await import("../../app/session/shell.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { formatSession, runSession, sessionCommand } = await import("../session.ts");
    const { image, queue, cpus, gpus } = options;
    const command = sessionCommand(options["--"]);
    const planned = planShell({
      layout: createLayout(options.workspace),
      placement: dropAbsent({ image, queue, userGroup: options["user-group"] }),
      ...dropAbsent({ studyFile: options.study, site: options.site }),
      ...dropAbsent({
        cpus: requireCount("--cpus", cpus, 1),
        gpus: requireCount("--gpus", gpus, 0),
      }),
      ...dropAbsent({
        memoryMiB: readQuantity("--memory", options.memory, parseMemoryMiB, "a size such as 4GB"),
        walltimeSeconds: readQuantity(
          ...(["--walltime", options.walltime, parseDurationSeconds, "a time such as 2h"] as const),
        ),
      }),
      ...command,
    });
    if (options.print) printText(formatSession(planned));
    else process.exitCode = await runSession(planned, options["--"] === undefined);
  },
};
