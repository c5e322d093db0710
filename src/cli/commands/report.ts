import { BsweepError } from "../../core/errors.ts";
import {
  REPORT_FORMAT_NAMES,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportFormatName,
  SHOWN_ROWS,
} from "../../reports/formats.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { defineCommand, openStudy } from "../command.ts";
import { choice, flag, number, STUDY, text } from "../options.ts";
import { print } from "../output.ts";

/** `bsweep report`: ranking, parameters, failures. */
export const reportCommand = defineCommand({
  command: "report <study>",
  describe: "Rank the trials, after collecting what is new",
  options: {
    study: STUDY,
    format: choice(
      REPORT_FORMAT_NAMES,
      REPORT_FORMAT_NAMES.map((name) => `${name}: ${REPORT_FORMATS[name].purpose}`).join("; "),
      { default: "table" },
    ),
    top: number("Trials to show", {
      defaultDescription: `${SHOWN_ROWS.screen} on a screen, ${SHOWN_ROWS.paper} on paper, else all`,
    }),
    metrics: text(
      "Columns of a table beside the objective: names, separated by commas, or all; other formats have all",
    ),
    details: flag(
      "In a table: what each value of each parameter gave, what was requested and used, the space to search next",
    ),
    steps: flag(`What trials measured on the way: ${listStepFormats()}; a row a step, json: added`),
    setting: choice(
      ["present", "all"],
      "all: rank trials of other data, hold-outs or trainer versions too, each apart",
      { default: "present" },
    ),
    output: text("File to write, instead of the terminal"),
    collect: flag("Collect first; --no-collect ranks what was collected before", { default: true }),
  },
  run: async ({ output, collect, setting, ...asked }, { layout, effects }) => {
    const format: ReportFormat = REPORT_FORMATS[asked.format];
    checkAsked(asked, format, output);
    const { logicalPath } = await import("../../workspace/layout.ts");
    const path = output === undefined ? undefined : logicalPath(output);
    if (path !== undefined) await format.checkReplaced?.(path);
    const study = await openStudy(asked.study);
    const { top, steps, details } = asked;
    const options = { study, layout, collect, setting };
    const made = await format.make({
      report: async () => {
        const { reportStudy } = await import("../../app/report.ts");
        return reportStudy({ ...options, steps }, effects);
      },
      ranking: async () => {
        const { rankStudy } = await import("../../app/report.ts");
        return rankStudy({ ...options, steps }, effects);
      },
      metricsOf: (report) => chooseMetrics(report, asked.metrics),
      ...{ top, steps, details, source: { ...options, effects } },
    });
    if (path === undefined) {
      print(String(made));
      return;
    }
    const { writeFileAtomic } = await import("../../workspace/atomic.ts");
    writeFileAtomic(path, made);
  },
});

interface Asked {
  readonly study: string;
  readonly format: ReportFormatName;
  readonly top: number | undefined;
  readonly steps: boolean;
}

/** @throws BsweepError USAGE for what the format cannot do, with the command that would */
function checkAsked(
  { study, format: name, top, steps }: Asked,
  format: ReportFormat,
  output: string | undefined,
): void {
  if (steps && format.hasSteps !== true)
    throw new BsweepError("USAGE", `--steps goes with --format ${listStepFormats()}`);
  if (top !== undefined && format.isWhole === true)
    throw new BsweepError("USAGE", `--format ${name} has all trials: it goes without --top`);
  if (format.file === undefined || output !== undefined) return;
  throw new BsweepError("USAGE", `--format ${name} is no text: it needs a file, --output FILE`, {
    hint: `bsweep report ${study} --format ${name} --output ${format.file}`,
  });
}

/** `csv, json or parquet` */
function listStepFormats(): string {
  const names = REPORT_FORMAT_NAMES.filter(
    (name) => (REPORT_FORMATS[name] as ReportFormat).hasSteps,
  );
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
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
