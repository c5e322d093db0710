import type { Command } from "../command.ts";
import { createEffects } from "../output.ts";
import { STEERING_OPTIONS } from "../options.ts";

interface ThrottleCommandOptions {
  study: string;
  limit: number;
  print: boolean;
  json: boolean;
}

/** `bsweep throttle STUDY K`: how many elements run at once, from now on. */
export const throttleCommand: Command<ThrottleCommandOptions> = {
  command: "throttle <study> <limit>",
  describe: "Change how many elements run at once, of what is submitted and of what will be",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .positional("limit", {
        type: "number",
        demandOption: true,
        describe: "Most elements at once; what runs goes on",
      })
      .options(STEERING_OPTIONS)
      .example("$0 throttle study.yaml 10", "At most ten at once"),
  handler: async ({ study: studyFile, limit, print, json, workspace }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { throttle } = await import("../../app/steer/throttle.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { tellSteering } = await import("../steering.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), limit, printOnly: print };
    tellSteering(await throttle(options, createEffects()), { print, json });
  },
};
