import { dropAbsent } from "../../core/objects.ts";
import { formatCommand } from "../../core/shell.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand } from "../command.ts";
import { flag, number, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep local STUDY`: the job scripts, run here. */
export const localCommand = defineCommand({
  command: "local <study>",
  describe: "Run the study on this machine, through the same job scripts",
  options: {
    study: STUDY,
    workers: number("Elements that run at the same time", {
      defaultDescription: "cores / the study's cpus",
    }),
    trials: number("Run only this many trials", { defaultDescription: "all" }),
    json: flag("Print the summary as JSON"),
  },
  examples: [["$0 local study.yaml --trials 4", "Try four trials before going to the cluster"]],
  run: async ({ study, json, ...limits }, { layout, effects }) => {
    const { runLocally } = await import("../../app/local.ts");
    const { formatLocalReport } = await import("../../reports/local-report.ts");
    const options = { studyFile: study, layout, ...dropAbsent(limits) };
    // Printed inside: after an interruption the process ends with the work.
    await runInterruptible(async (signal) => {
      const report = await runLocally({ ...options, signal }, effects);
      const next = formatCommand("bsweep", report.interrupted ? "local" : "report", study);
      if (json) printJson(report);
      else print(`${formatLocalReport(report)}\n\nnext: ${next}`);
    });
  },
});
