import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep show STUDY TRIAL`: everything about one trial. */
export const showCommand = defineCommand({
  command: "show <study> <trial>",
  describe: "Everything about one trial, whatever its state",
  options: {
    study: STUDY,
    trial: text("A trial's number, or the beginning of its id", { demandOption: true }),
    json: flag("Print it as JSON, every step included"),
  },
  examples: [["$0 show study.yaml 17", "Parameters, curves, attempts, files and log of trial 17"]],
  run: async ({ study: studyFile, trial, json }, { layout, effects }) => {
    const { showTrial } = await import("../../app/show.ts");
    const shown = await showTrial({ study: await openStudy(studyFile), layout, trial }, effects);
    if (json) {
      printJson(shown);
      return;
    }
    const { formatTrial } = await import("../../reports/trial.ts");
    print(formatTrial(shown));
  },
});
