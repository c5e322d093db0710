import type { Command } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";

interface CollectCommandOptions {
  study: string;
  json: boolean;
}

/** `bsweep collect`: result files -> study.sqlite. */
export const collectCommand: Command<CollectCommandOptions> = {
  command: "collect <study>",
  describe: "Merge result files into the study's database; safe at any time",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("json", { type: "boolean", default: false, describe: "Print what was done as JSON" }),
  handler: async ({ study: studyFile, workspace, json }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { collectResults } = await import("../../app/collect/collect.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study: study.name, layout: createLayout(workspace) };
    const summary = await collectResults(options, createEffects());
    if (json) {
      printJson(summary);
      return;
    }
    const { formatCollected } = await import("../../reports/collected.ts");
    print(formatCollected(summary));
  },
};
