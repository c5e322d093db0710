import { plural } from "../../core/quantities.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep archive`: a study in one folder, to hand on. */
export const archiveCommand = defineCommand({
  command: "archive <study>",
  describe: "Copy a study into one folder to hand on: plan, results, database, report, digests",
  options: {
    study: STUDY,
    output: text("Folder to write; nothing may be there", { demandOption: true }),
    json: flag("Print what is in it as JSON"),
  },
  run: async ({ study: studyFile, output, json }, { layout, effects }) => {
    const { archiveStudy } = await import("../../app/archive/archive.ts");
    const { reportStudy } = await import("../../app/report.ts");
    const { reportPage } = await import("../../app/report-page.ts");
    const { formatArchiveReadme } = await import("../../reports/archive-readme.ts");
    const { formatReportCsv, formatStepsCsv } = await import("../../reports/csv.ts");
    const { formatReportHtml } = await import("../../reports/html/html.ts");
    const { formatReportJson } = await import("../../reports/json.ts");
    const { formatReportTable } = await import("../../reports/table.ts");
    const { logicalPath } = await import("../../workspace/layout.ts");
    const study = await openStudy(studyFile);
    const asked = { study, layout, collect: true, setting: "all", steps: true } as const;
    const report = await reportStudy(asked, effects);
    const path = logicalPath(output);
    const reports = {
      "ranking.txt": `${formatReportTable(report, { top: Infinity, metrics: [], details: true })}\n`,
      "ranking.csv": formatReportCsv(report, Infinity),
      "steps.csv": formatStepsCsv(report, Infinity),
      "report.json": formatReportJson(report, Infinity),
      "report.html": formatReportHtml(await reportPage(asked, effects)),
    };
    const options = { study, layout, output: path, reports, describe: formatArchiveReadme };
    const facts = await archiveStudy(options, effects);
    if (json) printJson(facts);
    else
      print(
        `${path}: ${plural(facts.results, "result")} of ${study.name}; its README.md says what is in it`,
      );
  },
});
