import { defineCommand, openStudy } from "../command.ts";
import { flag, number, STUDY } from "../options.ts";
import { print as printText } from "../output.ts";

/** `bsweep attach STUDY TRIAL`: a shell beside a trial that runs. */
export const attachCommand = defineCommand({
  command: "attach <study> <trial>",
  describe: "Open a shell, or run a command, beside a trial that runs",
  options: {
    study: STUDY,
    trial: number("Its number", { demandOption: true }),
    print: flag("Print the exact command, run nothing"),
  },
  takesWords: true,
  examples: [["$0 attach study.yaml 17 -- ps aux", "What its element is doing"]],
  run: async ({ study: studyFile, trial, print }, { layout, effects, words }) => {
    const { planAttachment } = await import("../../app/session/attach.ts");
    const { formatSession, runSession, sessionCommand } = await import("../session.ts");
    const study = await openStudy(studyFile);
    const planned = await planAttachment(
      { study, layout, trial, ...sessionCommand(words) },
      effects,
    );
    if (print) printText(formatSession(planned));
    else process.exitCode = await runSession(planned, words === undefined);
  },
});
