import type { Effects } from "../core/effects.ts";
import type { Study } from "../core/study.ts";
import type { StudyRanking, StudyReport } from "../stats/study-report.ts";
import type { Layout } from "../workspace/layout.ts";
import type { SectionOptions } from "./section.ts";

/** Rows of the ranking that are shown when nobody says how many: on a screen, and on paper. */
export const SHOWN_ROWS = { screen: 5, paper: 20 };

/** What is wanted, beside the format. */
export interface ReportRequest {
  /** With steps, if they are asked for. @throws BsweepError as reportStudy does */
  readonly report: () => Promise<StudyReport>;
  /** The same without what is judged of it, which takes time. */
  readonly ranking: () => Promise<StudyRanking>;
  /** Most rows of the ranking; undefined: as many as the format shows by itself. */
  readonly top: number | undefined;
  /** Metrics beside the objective, in formats that do not have them all. @throws BsweepError USAGE for one there is not */
  readonly metricsOf: (report: StudyReport) => readonly string[];
  readonly steps: boolean;
  /** In a table: see SectionOptions. */
  readonly details: boolean;
  /** Where more than the report is to be had. */
  readonly source: ReportSource;
}

interface ReportSource {
  readonly study: Study;
  readonly layout: Layout;
  readonly collect: boolean;
  readonly setting: "present" | "all";
  readonly effects: Effects;
}

/** One format of `bsweep report`. */
export interface ReportFormat {
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** Of bytes, which no terminal shows, and a file is asked for: what one may be called. */
  readonly file?: string;
  /** Whether it can tell what trials measured on the way. */
  readonly hasSteps?: true;
  /** Has all trials, ranked or not: none is cut off. */
  readonly isWhole?: true;
  /** Loads what makes it, and makes it. */
  readonly make: (request: ReportRequest) => Promise<string | Uint8Array>;
  /** Whether a file that is there may be replaced; without it, any may. @throws BsweepError CONFLICT when not */
  readonly checkReplaced?: (path: string) => Promise<void>;
}

/** Every format, by name: a line and a file each. */
export const REPORT_FORMATS = {
  table: {
    purpose: "to read",
    make: async (request) =>
      (await import("./table.ts")).formatReportTable(
        ...(await showRows(request, SHOWN_ROWS.screen)),
      ),
  },
  csv: {
    purpose: "the ranking, for spreadsheets",
    hasSteps: true,
    make: async ({ ranking, top, steps }) => {
      const { formatReportCsv, formatStepsCsv } = await import("./csv.ts");
      return (steps ? formatStepsCsv : formatReportCsv)(await ranking(), top ?? Infinity);
    },
  },
  json: {
    purpose: "everything",
    hasSteps: true,
    make: async ({ report, top }) =>
      (await import("./json.ts")).formatReportJson(await report(), top ?? Infinity),
  },
  jsonl: {
    purpose: "the ranking, a trial a line",
    hasSteps: true,
    make: async ({ ranking, top, steps }) => {
      const { formatReportJsonl, formatStepsJsonl } = await import("./jsonl.ts");
      return (steps ? formatStepsJsonl : formatReportJsonl)(await ranking(), top ?? Infinity);
    },
  },
  parquet: {
    purpose: "the ranking, for pandas and DuckDB",
    file: "study.parquet",
    hasSteps: true,
    make: async ({ ranking, top, steps }) => {
      const { formatReportParquet, formatStepsParquet } = await import("./parquet.ts");
      return (steps ? formatStepsParquet : formatReportParquet)(await ranking(), top ?? Infinity);
    },
  },
  optuna: {
    purpose: "all trials as a database of Optuna, for its tools",
    file: "study.db",
    hasSteps: true,
    isWhole: true,
    make: async ({ ranking, source: { effects, ...options } }) =>
      (await import("../app/optuna/export.ts")).exportOptuna(await ranking(), options, effects),
    checkReplaced: async (path) =>
      (await import("../app/optuna/export.ts")).checkReplacedExport(path),
  },
  markdown: {
    purpose: "for a notebook",
    make: async (request) =>
      (await import("./markdown.ts")).formatReportMarkdown(
        ...(await showRows({ ...request, details: true }, SHOWN_ROWS.paper)),
      ),
  },
  latex: {
    purpose: "a paper's table",
    make: async (request) =>
      (await import("./latex.ts")).formatReportLatex(
        ...(await showRows(request, SHOWN_ROWS.paper)),
      ),
  },
  html: {
    purpose: "one page to open in a browser",
    isWhole: true,
    make: async ({ source: { effects, ...options } }) => {
      const { reportPage } = await import("../app/report-page.ts");
      const { formatReportHtml } = await import("./html/html.ts");
      return formatReportHtml(await reportPage(options, effects));
    },
  },
} as const satisfies Readonly<Record<string, ReportFormat>>;

export type ReportFormatName = keyof typeof REPORT_FORMATS;

export const REPORT_FORMAT_NAMES = Object.keys(REPORT_FORMATS) as readonly ReportFormatName[];

/** The report, and what of it people see. */
async function showRows(
  { report: read, top, metricsOf, details }: ReportRequest,
  shown: number,
): Promise<[StudyReport, SectionOptions]> {
  const report = await read();
  return [report, { top: top ?? shown, metrics: metricsOf(report), details }];
}
