import type { Command } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";

interface BestCommandOptions {
  study: string;
  format: "yaml" | "json";
  collect: boolean;
}

/** `bsweep best`: the winner's parameters, ready to paste into a study file. */
export const bestCommand: Command<BestCommandOptions> = {
  command: "best <study>",
  describe: "Print the best parameters, ready to paste into a study file",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("format", {
        choices: ["yaml", "json"] as const,
        default: "yaml" as const,
        describe: "yaml: a trainer section with comments; json: for scripts",
      })
      .option("collect", {
        type: "boolean",
        default: true,
        describe: "Collect first; --no-collect takes what was collected before",
      }),
  handler: async ({ study: studyFile, workspace, format, collect }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { findBest } = await import("../../app/best.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), collect };
    const best = await findBest(options, createEffects());
    if (format === "json") {
      printJson(best);
      return;
    }
    const { formatBest } = await import("../../formats/best-file.ts");
    print(formatBest(best));
  },
};
