import { BsweepError } from "../../core/errors.ts";
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
    submitted: flag("Also run what was submitted, because its jobs are gone"),
    json: flag("Print the summary as JSON"),
  },
  examples: [["$0 local study.yaml --trials 4", "Try four trials before going to the cluster"]],
  run: async ({ study, json, submitted, ...limits }, { layout, effects }) => {
    const { runLocally } = await import("../../app/local.ts");
    const { formatLocalReport } = await import("../../reports/local-report.ts");
    const options = { studyFile: study, layout, submitted, ...dropAbsent(limits) };
    // Printed inside: after an interruption the process ends with the work.
    await runInterruptible(async (signal) => {
      const report = await runLocally({ ...options, signal }, effects);
      const command = report.interrupted ? "local" : report.submitted > 0 ? "status" : "report";
      const next = formatCommand("bsweep", command, study);
      if (json) printJson(report);
      else print(`${formatLocalReport(report)}\n\nnext: ${next}`);
      if (report.unusable.length === 0) return;
      throw new BsweepError("INVALID_MANIFEST", "not every round could be looked at", {
        hint: "the warnings above name what to mend; then run this again",
      });
    });
  },
});
