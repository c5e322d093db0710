import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { requireCount } from "../options.ts";
import { createEffects, print, printJson } from "../output.ts";

interface RefitCommandOptions {
  study: string;
  top: number;
  seeds: number;
  workers: number | undefined;
  force: boolean;
  json: boolean;
}

/** `bsweep refit STUDY`: the winner, trained on all rows and kept. */
export const refitCommand: Command<RefitCommandOptions> = {
  command: "refit <study>",
  describe: "Train the best parameters on all rows and keep the models",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("top", { type: "number", default: 1, describe: "How many of the best trials" })
      .option("seeds", { type: "number", default: 1, describe: "Trainings of each" })
      .option("workers", {
        type: "number",
        describe: "Trainings at the same time",
        defaultDescription: "cores / the study's cpus",
      })
      .option("force", {
        type: "boolean",
        default: false,
        describe: "Train again what is there",
      })
      .option("json", { type: "boolean", default: false, describe: "Print the report as JSON" })
      .example("$0 refit study.yaml", "The best trial's parameters, once")
      .example("$0 refit study.yaml --top 3 --seeds 2", "Six models, for an ensemble"),
  handler: async ({ study, top, seeds, workers, force, workspace, json }) => {
    requireCount("--top", top);
    requireCount("--seeds", seeds);
    if (workers !== undefined) requireCount("--workers", workers);
    const { refitStudy } = await import("../../app/refit.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { formatRefitReport } = await import("../../reports/refit-report.ts");
    const options = { studyFile: study, layout: createLayout(workspace), top, seeds, force };
    // Printed inside: after an interruption the process ends with the work.
    await runInterruptible(async (signal) => {
      const report = await refitStudy(
        { ...options, signal, ...(workers === undefined ? {} : { workers }) },
        createEffects(),
      );
      if (json) {
        printJson(report);
        return;
      }
      const next = report.interrupted
        ? formatCommand("bsweep", "refit", study)
        : `${formatCommand("bsweep", "predict", study)} --data FOLDER`;
      print(`${formatRefitReport(report)}\n\nnext: ${next}`);
    });
  },
};
