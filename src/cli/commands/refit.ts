import { dropAbsent } from "../../core/objects.ts";
import { formatCommand } from "../../core/shell.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand } from "../command.ts";
import { flag, number, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep refit STUDY`: the winner, trained on all rows and kept. */
export const refitCommand = defineCommand({
  command: "refit <study>",
  describe: "Train the best parameters on all rows and keep the models",
  options: {
    study: STUDY,
    top: number("How many of the best trials", { default: 1 }),
    seeds: number("Trainings of each", { default: 1 }),
    workers: number("Trainings at the same time", {
      defaultDescription: "cores / the study's cpus",
    }),
    force: flag("Train again what is there"),
    json: flag("Print the report as JSON"),
  },
  examples: [
    ["$0 refit study.yaml", "The best trial's parameters, once"],
    ["$0 refit study.yaml --top 3 --seeds 2", "Six models, for an ensemble"],
  ],
  run: async ({ study, json, workers, ...asked }, { layout, effects }) => {
    const { refitStudy } = await import("../../app/refit.ts");
    const { formatRefitReport } = await import("../../reports/refit-report.ts");
    const { runCommandRefit: runCommand } = await import("../../runner/refit-run.ts");
    const options = { studyFile: study, layout, runCommand, ...asked, ...dropAbsent({ workers }) };
    // Printed inside: after an interruption the process ends with the work.
    await runInterruptible(async (signal) => {
      const report = await refitStudy({ ...options, signal }, effects);
      const next = report.interrupted
        ? [formatCommand("bsweep", "refit", study)]
        : report.predicts
          ? [`${formatCommand("bsweep", "predict", study)} --data FOLDER`]
          : [];
      const lines = [formatRefitReport(report), ...next.map((command) => `next: ${command}`)];
      if (json) printJson(report);
      else print(lines.join("\n\n"));
    });
  },
});
