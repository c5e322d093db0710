import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { requireCount } from "../options.ts";
import { createEffects, print, printJson } from "../output.ts";

interface LocalCommandOptions {
  study: string;
  workers: number | undefined;
  trials: number | undefined;
  json: boolean;
}

/** `bsweep local STUDY`: the job scripts, run here. */
export const localCommand: Command<LocalCommandOptions> = {
  command: "local <study>",
  describe: "Run the study on this machine, through the same job scripts",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("workers", {
        type: "number",
        describe: "Elements that run at the same time",
        defaultDescription: "cores / the study's cpus",
      })
      .option("trials", {
        type: "number",
        describe: "Run only this many trials",
        defaultDescription: "all",
      })
      .option("json", { type: "boolean", default: false, describe: "Print the summary as JSON" })
      .example("$0 local study.yaml --trials 4", "Try four trials before going to the cluster"),
  handler: async ({ study, workers, trials, workspace, json }) => {
    requireCount("--workers", workers);
    requireCount("--trials", trials);
    const { runLocally } = await import("../../app/local.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const layout = createLayout(workspace);
    const chosen = {
      ...(workers === undefined ? {} : { workers }),
      ...(trials === undefined ? {} : { trials }),
    };
    const { formatLocalReport } = await import("../../reports/local-report.ts");
    // Printed inside: after an interruption the process ends with the work.
    await runInterruptible(async (signal) => {
      const report = await runLocally(
        { studyFile: study, layout, signal, ...chosen },
        createEffects(),
      );
      if (json) printJson(report);
      else
        print(
          `${formatLocalReport(report)}\n\nnext: ${formatCommand("bsweep", report.interrupted ? "local" : "report", study)}`,
        );
    });
  },
};
