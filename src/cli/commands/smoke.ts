import type { Command } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";

interface SmokeCommandOptions {
  study: string | undefined;
  site: string | undefined;
  elements: number;
  hosts: number;
  print: boolean;
  wait: boolean | undefined;
  last: boolean;
  timeout: string;
  json: boolean;
}

/** Exit status when something is wrong with the site. */
const PROBLEM_STATUS = 4;

const OPTIONS = {
  site: { type: "string", describe: "Site to try; by default the study's" },
  elements: { type: "number", default: 2, describe: "Elements of the job array, 1 to 20" },
  hosts: { type: "number", default: 2, describe: "Hosts of the parallel job, 1 or 2" },
  print: {
    type: "boolean",
    alias: "dry-run",
    default: false,
    describe: "Only show the commands that would submit",
  },
  wait: {
    type: "boolean",
    describe: "Wait for the reports; by default on a terminal",
  },
  last: {
    type: "boolean",
    default: false,
    describe: "Report on what was submitted last, rather than submit",
  },
  timeout: { type: "string", default: "30m", describe: "Longest to wait" },
  json: { type: "boolean", default: false, describe: "Print the report as JSON" },
} as const;

/** `bsweep smoke [STUDY]`: a tiny array and a tiny parallel job that tell how a site is. */
export const smokeCommand: Command<SmokeCommandOptions> = {
  command: "smoke [study]",
  describe: "Try a site with a tiny array and a tiny parallel job that report what they see",
  builder: (parser) =>
    parser
      .positional("study", {
        type: "string",
        describe: "Study file whose site, image, resources and data are tried",
      })
      .options(OPTIONS)
      .example("$0 smoke study.yaml", "Before the first sweep of a study")
      .example("$0 smoke --site local", "How this machine is")
      .epilogue("Exit status: 0 all is well, 4 something is wrong with the site."),
  handler: async (options) => {
    const { printSmoke, runSmoke } = await import("../../app/smoke.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { formatSmokeReport } = await import("../../reports/smoke-report.ts");
    const { readSmokeOptions } = await import("../smoke-options.ts");
    await runInterruptible(async (signal) => {
      const asked = {
        ...readSmokeOptions(options),
        layout: createLayout(options.workspace),
        wait: options.wait ?? process.stdout.isTTY,
        last: options.last,
        signal,
      };
      if (options.print) {
        print(await printSmoke(asked, createEffects()));
        return;
      }
      const report = await runSmoke(asked, createEffects());
      if (options.json) printJson(report);
      else print(formatSmokeReport(report));
      if ((asked.wait || asked.last) && report.findings.some(({ level }) => level === "problem"))
        process.exitCode = PROBLEM_STATUS;
    });
  },
};
