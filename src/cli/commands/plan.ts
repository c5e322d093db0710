import { formatCommand } from "../../core/shell.ts";
import type { ListedTrial } from "../../app/plan/list-trials.ts";
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
    const { formatPlan } = await import("../../reports/plan-report.ts");
    const asked = list === undefined ? {} : { list: json ? Infinity : list };
    const plan = await planStudy({ studyFile, layout, ...asked });
    if (json) {
      printJson(plan);
      return;
    }
    print(formatPlan(plan));
    for (const warning of plan.warnings) effects.reporter.warn(warning);
    if (plan.list !== undefined) await printList(plan.list, plan.newTrials);
    if (plan.newTrials > 0) print(`\nnext: ${formatCommand("bsweep", "generate", studyFile)}`);
  },
});

async function printList(trials: readonly ListedTrial[], newTrials: number): Promise<void> {
  const { formatTrialList } = await import("../../reports/trial-list.ts");
  print(`\n${formatTrialList(trials, newTrials)}`);
}
