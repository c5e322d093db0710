import type { StudyReport } from "../../stats/study-report.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { createEffects, print } from "../output.ts";

type ReportFormat = "table" | "json" | "csv";

interface ReportCommandOptions {
  study: string;
  format: ReportFormat;
  top: number | undefined;
  output: string | undefined;
  collect: boolean;
}

/** Rows of the ranking that a table shows when nobody says how many. */
const TABLE_ROWS = 20;

/** `bsweep report`: ranking, parameters, failures. */
export const reportCommand: Command<ReportCommandOptions> = {
  command: "report <study>",
  describe: "Rank the trials, after collecting what is new",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("format", {
        choices: ["table", "json", "csv"] as const,
        default: "table" as const,
        describe: "table: to read; json: everything; csv: the ranking",
      })
      .option("top", {
        type: "number",
        describe: "Trials to show",
        defaultDescription: `${TABLE_ROWS} in a table, else all`,
      })
      .option("output", {
        type: "string",
        requiresArg: true,
        describe: "File to write, instead of the terminal",
      })
      .option("collect", {
        type: "boolean",
        default: true,
        describe: "Collect first; --no-collect ranks what was collected before",
      }),
  handler: async ({ study: studyFile, workspace, format, top, output, collect }) => {
    checkTop(top);
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { reportStudy } = await import("../../app/report.ts");
    const { createLayout, logicalPath } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), collect };
    const report = await reportStudy(options, createEffects());
    const text = await formatReport(report, format, top);
    if (output === undefined) {
      print(text);
      return;
    }
    const { writeFileAtomic } = await import("../../workspace/atomic.ts");
    writeFileAtomic(logicalPath(output), text);
  },
};

async function formatReport(
  report: StudyReport,
  format: ReportFormat,
  top: number | undefined,
): Promise<string> {
  switch (format) {
    case "table": {
      const { formatReportTable } = await import("../../reports/table.ts");
      return formatReportTable(report, top ?? TABLE_ROWS);
    }
    case "json": {
      const { formatReportJson } = await import("../../reports/json.ts");
      return formatReportJson(report, top ?? Infinity);
    }
    case "csv": {
      const { formatReportCsv } = await import("../../reports/csv.ts");
      return formatReportCsv(report, top ?? Infinity);
    }
  }
}

function checkTop(top: number | undefined): void {
  if (top === undefined || (Number.isInteger(top) && top >= 1)) return;
  throw new BsweepError("USAGE", `--top: found ${top}, expected a whole number from 1`);
}
