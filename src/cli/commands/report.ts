import type { ReportOptions } from "../../app/report.ts";
import type { Effects } from "../../core/effects.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { BsweepError } from "../../core/errors.ts";
import { defineCommand, openStudy } from "../command.ts";
import { choice, flag, number, STUDY, text } from "../options.ts";
import { print } from "../output.ts";

/** Rows of the ranking that a table shows when nobody says how many. */
const TABLE_ROWS = 20;

/** `bsweep report`: ranking, parameters, failures. */
export const reportCommand = defineCommand({
  command: "report <study>",
  describe: "Rank the trials, after collecting what is new",
  options: {
    study: STUDY,
    format: choice(
      ["table", "json", "csv", "html"],
      "table: to read; json: everything; csv: the ranking; html: one page to open in a browser",
      {
        default: "table",
      },
    ),
    top: number("Trials to show", { defaultDescription: `${TABLE_ROWS} in a table, else all` }),
    metrics: text("Columns of a table beside the objective: names, separated by commas, or all"),
    steps: flag(
      "What trials measured on the way too: json; csv: a row a step, instead of the ranking",
    ),
    setting: choice(
      ["present", "all"],
      "all: rank trials of other data, hold-outs or trainer versions too, each apart",
      { default: "present" },
    ),
    output: text("File to write, instead of the terminal"),
    collect: flag("Collect first; --no-collect ranks what was collected before", { default: true }),
  },
  run: async ({ output, collect, setting, ...asked }, { layout, effects }) => {
    const { steps, format } = asked;
    if (steps && (format === "table" || format === "html"))
      throw new BsweepError("USAGE", "--steps goes with --format json or csv");
    const study = await openStudy(asked.study);
    const options = { study, layout, collect, setting, steps };
    const text =
      format === "html"
        ? await formatPage(options, effects)
        : await formatReport(await reportOf(options, effects), { ...asked, format });
    if (output === undefined) {
      print(text);
      return;
    }
    const { writeFileAtomic } = await import("../../workspace/atomic.ts");
    const { logicalPath } = await import("../../workspace/layout.ts");
    writeFileAtomic(logicalPath(output), text);
  },
});

async function reportOf(options: ReportOptions, effects: Effects): Promise<StudyReport> {
  const { reportStudy } = await import("../../app/report.ts");
  return reportStudy(options, effects);
}

async function formatPage(options: ReportOptions, effects: Effects): Promise<string> {
  const { reportPage } = await import("../../app/report-page.ts");
  const { formatReportHtml } = await import("../../reports/html/html.ts");
  return formatReportHtml(await reportPage(options, effects));
}

interface Asked {
  readonly format: "table" | "json" | "csv";
  readonly top: number | undefined;
  readonly metrics: string | undefined;
  readonly steps: boolean;
}

async function formatReport(report: StudyReport, asked: Asked): Promise<string> {
  const { format, top = Infinity } = asked;
  if (format === "json")
    return (await import("../../reports/json.ts")).formatReportJson(report, top);
  if (format === "csv") {
    const { formatReportCsv, formatStepsCsv } = await import("../../reports/csv.ts");
    return (asked.steps ? formatStepsCsv : formatReportCsv)(report, top);
  }
  const { formatReportTable } = await import("../../reports/table.ts");
  const metrics = chooseMetrics(report, asked.metrics);
  return formatReportTable(report, { top: asked.top ?? TABLE_ROWS, metrics });
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
