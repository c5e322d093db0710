import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep collect`: result files -> study.sqlite. */
export const collectCommand = defineCommand({
  command: "collect <study>",
  describe: "Merge result files into the study's database; safe at any time",
  options: { study: STUDY, json: flag("Print what was done as JSON") },
  run: async ({ study: studyFile, json }, { layout, effects }) => {
    const { collectResults } = await import("../../app/collect/collect.ts");
    const { formatCollected } = await import("../../reports/collected.ts");
    const study = await openStudy(studyFile);
    const summary = await collectResults({ study: study.name, layout }, effects);
    if (json) printJson(summary);
    else print(formatCollected(summary));
  },
});
