import { BsweepError } from "../../core/errors.ts";
import { type Command, PARSER } from "../command.ts";
import { createEffects, print as printText } from "../output.ts";

interface AttachCommandOptions {
  study: string;
  trial: number;
  print: boolean;
  "--"?: unknown;
}

/** `bsweep attach STUDY TRIAL`: a shell beside a trial that runs. */
export const attachCommand: Command<AttachCommandOptions> = {
  command: "attach <study> <trial>",
  describe: "Open a shell, or run a command, beside a trial that runs",
  builder: (parser) =>
    parser
      .parserConfiguration({ ...PARSER, "populate--": true })
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .positional("trial", { type: "number", demandOption: true, describe: "Its number" })
      .option("print", {
        type: "boolean",
        default: false,
        describe: "Print the exact command, run nothing",
      })
      .example("$0 attach study.yaml 17 -- ps aux", "What its element is doing"),
  handler: async ({ study: studyFile, trial, print, workspace, "--": words }) => {
    if (!Number.isInteger(trial) || trial < 1)
      throw new BsweepError("USAGE", `found trial ${trial}, expected a whole number from 1`);
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { planAttachment } = await import("../../app/session/attach.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { formatSession, runSession, sessionCommand } = await import("../session.ts");
    const { study } = loadStudy({ studyFile });
    const planned = await planAttachment(
      { study, layout: createLayout(workspace), trial, ...sessionCommand(words) },
      createEffects(),
    );
    if (print) printText(formatSession(planned));
    else process.exitCode = await runSession(planned, words === undefined);
  },
};
