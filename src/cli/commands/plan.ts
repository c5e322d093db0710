import { formatCommand } from "../../core/shell.ts";
import type { ListedTrial } from "../../app/plan-trials.ts";
import type { PlanReport } from "../../app/plan.ts";
import { defineCommand } from "../command.ts";
import { flag, numberOr, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** Trials that are shown where nobody says how many. */
const LISTED = 20;

/** `bsweep plan STUDY`: what would run. */
export const planCommand = defineCommand({
  command: "plan <study>",
  describe: "Show what would run: trials, arrays, what exists already; writes nothing",
  options: {
    study: STUDY,
    list: numberOr(
      LISTED,
      `Show the first N trials that would be run, or ${LISTED}; with --json all`,
    ),
    json: flag("Print the plan as JSON"),
  },
  examples: [
    ["$0 plan study.yaml", "Count the trials of a study"],
    ["$0 plan study.yaml --list 50", "See what the first 50 of them are"],
  ],
  run: async ({ study: studyFile, list, json }, { layout, effects }) => {
    const { planStudy } = await import("../../app/plan.ts");
    const { listTrials } = await import("../../app/plan-trials.ts");
    const { formatPlan } = await import("../../reports/plan-report.ts");
    const plan = await planStudy({ studyFile, layout });
    const listed = (most: number) => listTrials({ studyFile, layout }, most);
    if (json) {
      printJson(list === undefined ? plan : { ...plan, list: listed(plan.newTrials) });
      return;
    }
    print(formatPlan(plan));
    for (const warning of plan.warnings) effects.reporter.warn(warning);
    if (list !== undefined) await printList(listed(list), plan);
    if (plan.newTrials > 0) print(`\nnext: ${formatCommand("bsweep", "generate", studyFile)}`);
  },
});

async function printList(trials: readonly ListedTrial[], { newTrials }: PlanReport): Promise<void> {
  const { formatTrialList } = await import("../../reports/trial-list.ts");
  print(`\n${formatTrialList(trials, newTrials)}`);
}
