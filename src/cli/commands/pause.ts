import type { Command } from "../command.ts";
import { createEffects } from "../output.ts";
import { STEERING_OPTIONS } from "../options.ts";

interface PauseCommandOptions {
  study: string;
  running: boolean;
  print: boolean;
  json: boolean;
}

/** `bsweep pause STUDY`: nothing new starts. */
export const pauseCommand: Command<PauseCommandOptions> = {
  command: "pause <study>",
  describe: "Let nothing more start or be submitted; what runs goes on to its end",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("running", {
        type: "boolean",
        default: false,
        describe: "Also stop what runs, in memory (LSF only)",
      })
      .options(STEERING_OPTIONS),
  handler: async ({ study: studyFile, running, print, json, workspace }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { pause } = await import("../../app/steer/pause.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { tellSteering } = await import("../steering.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), running, printOnly: print };
    tellSteering(await pause(options, createEffects()), { print, json });
  },
};
