import { formatCommand } from "../../core/shell.ts";
import { defineCommand } from "../command.ts";
import { flag, number, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep promote`: trials that were stopped early, trained to their end. */
export const promoteCommand = defineCommand({
  command: "promote <study>",
  describe: "Write a round that trains the most promising pruned trials to their end",
  options: {
    study: STUDY,
    top: number("How many", { default: 5 }),
    "dry-run": flag("Only say which"),
    json: flag("Print what was written as JSON"),
  },
  examples: [["$0 promote study.yaml --top 3", "The three that had come furthest, the best first"]],
  run: async ({ study: studyFile, top, dryRun, json }, { layout, effects }) => {
    const { promoteTrials } = await import("../../app/promote.ts");
    const { formatPromoteReport } = await import("../../reports/promote-report.ts");
    const report = await promoteTrials({ studyFile, layout, top, dryRun }, effects);
    if (json) {
      printJson(report);
      return;
    }
    print(formatPromoteReport(report));
    const { written, isLocal, promoted } = report;
    if (written !== null)
      print(`\nnext: ${formatCommand("bsweep", isLocal ? "local" : "submit", studyFile)}`);
    else if (promoted.length > 0) print("\nnext: the same without --dry-run");
  },
});
