import type { FinalistsReport } from "../../app/finalists.ts";
import type { GenerateReport } from "../../app/generate.ts";
import { defineCommand } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { flag, number, STUDY } from "../options.ts";
import { fromHere, print, printJson } from "../output.ts";

/** `bsweep generate`: the next round of job arrays. */
export const generateCommand = defineCommand({
  command: "generate <study>",
  describe: "Write the next round: job arrays, manifests and submit.sh",
  options: {
    study: STUDY,
    overwrite: flag("Replace the latest round, if it was never submitted"),
    finalists: number("Run so many of the best again, with other seeds"),
    replicates: number("Seeds that each of --finalists is to have", { default: 5 }),
    json: flag("Print what was written as JSON"),
  },
  examples: [
    ["$0 generate study.yaml", "Writes jobs/<study>/round-001, later round-002"],
    ["$0 generate study.yaml --finalists 5", "The best five, until each has five seeds"],
  ],
  run: async ({ study: studyFile, overwrite, finalists, replicates, json }, surroundings) => {
    const { layout, effects } = surroundings;
    if (finalists !== undefined) {
      const { generateFinalists } = await import("../../app/finalists.ts");
      const { formatFinalistsReport } = await import("../../reports/promote-report.ts");
      const asked = { studyFile, layout, finalists, replicates };
      const report = await generateFinalists(asked, effects);
      if (json) printJson(report);
      else print(`${formatFinalistsReport(report)}\n\nnext: ${nextOfFinalists(report)}`);
      return;
    }
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

function nextOfFinalists({ written, isLocal, studyFile }: FinalistsReport): string {
  if (written === null) return formatCommand("bsweep", "report", studyFile);
  return formatCommand("bsweep", isLocal ? "local" : "submit", studyFile);
}

function nextCommand({ studyFile, written }: GenerateReport): string {
  if (written === null) return formatCommand("bsweep", "plan", studyFile);
  return written.submitScript === null
    ? formatCommand("bsweep", "local", studyFile)
    : `${formatCommand("bsweep", "submit", studyFile)}\n      where there is no Node: ${formatCommand("bash", fromHere(written.submitScript))}`;
}
