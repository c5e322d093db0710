import {
  REPORT_FORMAT_NAMES,
  REPORT_FORMATS,
  type ReportFormat,
  SHOWN_ROWS,
} from "../../reports/formats.ts";
import type { ReportOptions } from "../../app/report.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import { defineCommand, openStudy, type Values } from "../command.ts";
import { choice, flag, number, STUDY, text } from "../options.ts";
import { print } from "../output.ts";
import { checkAsked, DEFAULT_FORMAT, listStepFormats } from "../report-usage.ts";

const OPTIONS = {
  study: STUDY,
  format: choice(
    REPORT_FORMAT_NAMES,
    REPORT_FORMAT_NAMES.map((name) => `${name}: ${REPORT_FORMATS[name].purpose}`).join("; "),
    { defaultDescription: `"${DEFAULT_FORMAT}"` },
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
  watch: flag(
    "Write --output again whenever results are new, until Ctrl-C, or until nothing is left to come",
  ),
  serve: flag("The HTML page live, to this machine alone, until Ctrl-C"),
  port: number("Port of --serve", {
    ...{ least: 0, most: 65_535, defaultDescription: "any that is free" },
  }),
  interval: number("Seconds between looks, with --watch and --serve", {
    ...{ default: 10, whole: false },
  }),
  collect: flag("Collect first; --no-collect ranks what was collected before", { default: true }),
};

/** `bsweep report`: ranking, parameters, failures. */
export const reportCommand = defineCommand({
  command: "report <study>",
  describe: "Rank the trials, after collecting what is new",
  options: OPTIONS,
  run: async (asked, { layout, effects }) => {
    const { output, collect, setting, interval } = asked;
    checkAsked(asked);
    const format: ReportFormat = REPORT_FORMATS[asked.format ?? DEFAULT_FORMAT];
    const { logicalPath } = await import("../../workspace/layout.ts");
    const path = output === undefined ? undefined : logicalPath(output);
    if (path !== undefined) await format.checkReplaced?.(path);
    const options = { study: await openStudy(asked.study), layout, collect, setting };
    if (asked.serve) {
      const { serve } = await import("../live-report.ts");
      await serve({ ...options, port: asked.port ?? 0, seconds: interval }, effects);
    } else if (path === undefined) {
      print(String(await make(options, format, asked, effects)));
    } else if (asked.watch) {
      const { rewrite } = await import("../live-report.ts");
      await rewrite(
        { ...options, seconds: interval },
        { path, format },
        effects,
        (reported, quiet) => make(reported, format, asked, quiet),
      );
    } else {
      const { writeFileAtomic } = await import("../../workspace/atomic.ts");
      writeFileAtomic(path, await make(options, format, asked, effects));
    }
  },
});

function make(
  options: ReportOptions,
  format: ReportFormat,
  { top, steps, details, metrics }: Values<typeof OPTIONS>,
  effects: Effects,
): Promise<string | Uint8Array> {
  const { setting = "present" } = options;
  return format.make({
    report: async () => {
      const { reportStudy } = await import("../../app/report.ts");
      return reportStudy({ ...options, steps }, effects);
    },
    ranking: async () => {
      const { rankStudy } = await import("../../app/report.ts");
      return rankStudy({ ...options, steps }, effects);
    },
    metricsOf: (report) => chooseMetrics(report, metrics),
    ...{ top, steps, details, source: { ...options, setting, effects } },
  });
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
