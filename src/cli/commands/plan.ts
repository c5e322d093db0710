import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { createEffects, print, printJson } from "../output.ts";

interface PlanCommandOptions {
  study: string;
  json: boolean;
}

/** `bsweep plan STUDY`: what would run. */
export const planCommand: Command<PlanCommandOptions> = {
  command: "plan <study>",
  describe: "Show what would run: trials, arrays, what exists already; writes nothing",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("json", { type: "boolean", default: false, describe: "Print the plan as JSON" })
      .example("$0 plan study.yaml", "Count the trials of a study"),
  handler: async ({ study, workspace, json }) => {
    const { planStudy } = await import("../../app/plan.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const plan = await planStudy({ studyFile: study, layout: createLayout(workspace) });
    if (json) {
      printJson(plan);
      return;
    }
    const { formatPlan } = await import("../../reports/plan-report.ts");
    print(formatPlan(plan));
    const { reporter } = createEffects();
    for (const warning of plan.warnings) reporter.warn(warning);
    if (plan.newTrials > 0) print(`\nnext: ${formatCommand("bsweep", "generate", study)}`);
  },
};
