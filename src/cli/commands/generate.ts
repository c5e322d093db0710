import type { GenerateReport } from "../../app/generate/round-spec.ts";
import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { createEffects, fromHere, print, printJson } from "../output.ts";

interface GenerateCommandOptions {
  study: string;
  overwrite: boolean;
  json: boolean;
}

/** `bsweep generate`: the next round of job arrays. */
export const generateCommand: Command<GenerateCommandOptions> = {
  command: "generate <study>",
  describe: "Write the next round: job arrays, manifests and submit.sh",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("overwrite", {
        type: "boolean",
        default: false,
        describe: "Replace the latest round, if it was never submitted",
      })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "Print what was written as JSON",
      })
      .example("$0 generate study.yaml", "Writes jobs/<study>/round-001, later round-002"),
  handler: async ({ study, overwrite, json, workspace }) => {
    const { generateRound } = await import("../../app/generate.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const options = { studyFile: study, layout: createLayout(workspace), overwrite };
    const report = await generateRound(options, createEffects());
    if (json) {
      printJson(report);
      return;
    }
    const { formatGenerateReport } = await import("../../reports/generate-report.ts");
    const folder = fromHere(report.written?.folder ?? "");
    print(formatGenerateReport(report, folder));
    print(`\nnext: ${nextCommand(report)}`);
  },
};

function nextCommand({ studyFile, written }: GenerateReport): string {
  if (written === null) return formatCommand("bsweep", "plan", studyFile);
  return written.submitScript === null
    ? formatCommand("bsweep", "local", studyFile)
    : `${formatCommand("bsweep", "submit", studyFile)}\n      where there is no Node: ${formatCommand("bash", fromHere(written.submitScript))}`;
}
