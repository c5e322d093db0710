import { dropAbsent } from "../../core/objects.ts";
import { formatCommand } from "../../core/shell.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand } from "../command.ts";
import { duration, flag, maybe, number, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** Exit status when something is wrong with the site. */
const PROBLEM_STATUS = 4;
/** Exit status while probes have yet to report: as that of `submit` while something has to wait. */
const UNKNOWN_STATUS = 75;

/** `bsweep smoke [STUDY]`: a tiny array and a tiny parallel job that tell how a site is. */
export const smokeCommand = defineCommand({
  command: "smoke [study]",
  describe: "Try a site with a tiny array and a tiny parallel job that report what they see",
  options: {
    study: text("Study file whose site, image, resources and data are tried"),
    site: text("Site to try; by default the study's"),
    elements: number("Elements of the job array, 1 to 20", { default: 2, most: 20 }),
    hosts: number("Hosts of the parallel job, 1 or 2", { default: 2, most: 2 }),
    print: flag("Only show the commands that would submit", { alias: "dry-run" }),
    wait: maybe("Wait for the reports; by default on a terminal"),
    last: flag("Report on what was submitted last, rather than submit"),
    timeout: duration("Longest to wait", { default: "30m" }),
    json: flag("Print the report as JSON"),
  },
  examples: [
    ["$0 smoke study.yaml", "Before the first sweep of a study"],
    ["$0 smoke --site local", "How this machine is"],
  ],
  epilogue:
    "Exit status: 0 all is well, 4 something is wrong with the site, 75 not every probe has reported yet.",
  run: async (options, { layout, effects }) => {
    const { printSmoke, runSmoke } = await import("../../app/smoke.ts");
    const { formatSmokeReport } = await import("../../reports/smoke-report.ts");
    const { study: studyFile, site, elements, hosts, timeout: timeoutSeconds, last } = options;
    const wait = options.wait ?? process.stdout.isTTY;
    const chosen = { elements, hosts, timeoutSeconds, wait, last };
    await runInterruptible(async (signal) => {
      const asked = { layout, signal, ...chosen, ...dropAbsent({ studyFile, site }) };
      if (options.print) {
        print(await printSmoke(asked, effects));
        return;
      }
      const report = await runSmoke(asked, effects);
      const words = [studyFile ?? [], site === undefined ? [] : ["--site", site]].flat();
      const look = formatCommand("bsweep", "smoke", ...words, "--last");
      if (options.json) printJson(report);
      else print(formatSmokeReport(report, look));
      if (report.findings.some(({ level }) => level === "problem"))
        process.exitCode = PROBLEM_STATUS;
      else if (!report.complete) process.exitCode = UNKNOWN_STATUS;
    });
  },
});
