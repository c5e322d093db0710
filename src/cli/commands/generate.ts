import type { GenerateReport } from "../../app/generate.ts";
import { defineCommand } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { flag, STUDY } from "../options.ts";
import { fromHere, print, printJson } from "../output.ts";

/** `bsweep generate`: the next round of job arrays. */
export const generateCommand = defineCommand({
  command: "generate <study>",
  describe: "Write the next round: job arrays, manifests and submit.sh",
  options: {
    study: STUDY,
    overwrite: flag("Replace the latest round, if it was never submitted"),
    json: flag("Print what was written as JSON"),
  },
  examples: [["$0 generate study.yaml", "Writes jobs/<study>/round-001, later round-002"]],
  run: async ({ study: studyFile, overwrite, json }, { layout, effects }) => {
    const { generateRound } = await import("../../app/generate.ts");
    const { formatGenerateReport } = await import("../../reports/generate-report.ts");
    const report = await generateRound({ studyFile, layout, overwrite }, effects);
    if (json) {
      printJson(report);
      return;
    }
    print(formatGenerateReport(report, fromHere(report.written?.folder ?? "")));
    print(`\nnext: ${nextCommand(report)}`);
  },
});

function nextCommand({ studyFile, written }: GenerateReport): string {
  if (written === null) return formatCommand("bsweep", "plan", studyFile);
  return written.submitScript === null
    ? formatCommand("bsweep", "local", studyFile)
    : `${formatCommand("bsweep", "submit", studyFile)}\n      where there is no Node: ${formatCommand("bash", fromHere(written.submitScript))}`;
}
