import type { Command } from "../command.ts";
import { createEffects } from "../output.ts";
import { STEERING_OPTIONS } from "../options.ts";

interface ResumeCommandOptions {
  study: string;
  print: boolean;
  json: boolean;
}

/** `bsweep resume STUDY`: what a pause held may go on. */
export const resumeCommand: Command<ResumeCommandOptions> = {
  command: "resume <study>",
  describe: "Undo bsweep pause: what is held may start, what is stopped goes on",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .options(STEERING_OPTIONS),
  handler: async ({ study: studyFile, print, json, workspace }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { resume } = await import("../../app/steer/pause.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { tellSteering } = await import("../steering.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), printOnly: print };
    tellSteering(await resume(options, createEffects()), { print, json });
  },
};
