import { formatCommand } from "../../core/shell.ts";
import { defineCommand } from "../command.ts";
import { flag, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep plan STUDY`: what would run. */
export const planCommand = defineCommand({
  command: "plan <study>",
  describe: "Show what would run: trials, arrays, what exists already; writes nothing",
  options: { study: STUDY, json: flag("Print the plan as JSON") },
  examples: [["$0 plan study.yaml", "Count the trials of a study"]],
  run: async ({ study: studyFile, json }, { layout, effects }) => {
    const { planStudy } = await import("../../app/plan.ts");
    const { formatPlan } = await import("../../reports/plan-report.ts");
    const plan = await planStudy({ studyFile, layout });
    if (json) {
      printJson(plan);
      return;
    }
    print(formatPlan(plan));
    for (const warning of plan.warnings) effects.reporter.warn(warning);
    if (plan.newTrials > 0) print(`\nnext: ${formatCommand("bsweep", "generate", studyFile)}`);
  },
});
