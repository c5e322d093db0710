import type { StudyReport } from "../../stats/study-report.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { createEffects, print } from "../output.ts";
import { TEXT } from "../options.ts";

type ReportFormat = "table" | "json" | "csv";

interface ReportCommandOptions {
  study: string;
  format: ReportFormat;
  top: number | undefined;
  metrics: string | undefined;
  steps: boolean;
  setting: "present" | "all";
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
      .option("metrics", {
        ...TEXT,
        describe: "Columns of a table beside the objective: names, separated by commas, or all",
      })
      .option("steps", {
        type: "boolean",
        default: false,
        describe:
          "What trials measured on the way too: json; csv: a row a step, instead of the ranking",
      })
      .option("setting", {
        choices: ["present", "all"] as const,
        default: "present" as const,
        describe: "all: rank trials of other data, hold-outs or trainer versions too, each apart",
      })
      .option("output", {
        ...TEXT,
        describe: "File to write, instead of the terminal",
      })
      .option("collect", {
        type: "boolean",
        default: true,
        describe: "Collect first; --no-collect ranks what was collected before",
      }),
  handler: async ({ study: studyFile, workspace, ...asked }) => {
    const { format, output, collect, setting, steps } = asked;
    checkTop(asked.top);
    if (steps && format === "table")
      throw new BsweepError("USAGE", "--steps goes with --format json or csv");
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { reportStudy } = await import("../../app/report.ts");
    const { createLayout, logicalPath } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const options = { study, layout: createLayout(workspace), collect, setting, steps };
    const report = await reportStudy(options, createEffects());
    const text = await formatReport(report, asked);
    if (output === undefined) {
      print(text);
      return;
    }
    const { writeFileAtomic } = await import("../../workspace/atomic.ts");
    writeFileAtomic(logicalPath(output), text);
  },
};

type Asked = Pick<ReportCommandOptions, "format" | "top" | "metrics" | "steps">;

async function formatReport(
  report: StudyReport,
  { format, top, metrics, steps }: Asked,
): Promise<string> {
  switch (format) {
    case "table": {
      const { formatReportTable } = await import("../../reports/table.ts");
      return formatReportTable(report, {
        top: top ?? TABLE_ROWS,
        metrics: chooseMetrics(report, metrics),
      });
    }
    case "json": {
      const { formatReportJson } = await import("../../reports/json.ts");
      return formatReportJson(report, top ?? Infinity);
    }
    case "csv": {
      const { formatReportCsv, formatStepsCsv } = await import("../../reports/csv.ts");
      return (steps ? formatStepsCsv : formatReportCsv)(report, top ?? Infinity);
    }
  }
}

/** @throws BsweepError USAGE for a name that no complete trial measured */
function chooseMetrics(
  { metrics, objective }: StudyReport,
  asked: string | undefined,
): readonly string[] {
  if (asked === undefined) return [];
  if (asked === "all") return metrics.filter((name) => name !== objective.metric);
  const names = asked.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !metrics.includes(name));
  if (unknown === undefined) return names;
  throw new BsweepError("USAGE", `--metrics: no complete trial measured ${unknown}`, {
    hint: `they measured ${metrics.join(", ") || "nothing"}`,
  });
}

function checkTop(top: number | undefined): void {
  if (top === undefined || (Number.isInteger(top) && top >= 1)) return;
  throw new BsweepError("USAGE", `--top: found ${top}, expected a whole number from 1`);
}
