import type { Check } from "../../core/check.ts";
import { EXIT_STATUS } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { print, printJson } from "../output.ts";

interface DoctorCommandOptions {
  study: string | undefined;
  site: string | undefined;
  json: boolean;
}

/** `bsweep doctor [STUDY]`: is everything there that a study needs? */
export const doctorCommand: Command<DoctorCommandOptions> = {
  command: "doctor [study]",
  describe: "Check this machine, the site, the image and the data set; tell what to do about each",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", describe: "Study file" })
      .option("site", {
        type: "string",
        describe: "Site to look at",
        defaultDescription: "the study's, else local",
      })
      .option("json", { type: "boolean", default: false, describe: "Print the checks as JSON" })
      .example("$0 doctor study.yaml", "Everything the study needs, before it is generated")
      .example("$0 doctor --site compute1", "The site alone"),
  handler: async ({ study, site, json, workspace }) => {
    const { examine } = await import("../../app/doctor.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const report = await examine({
      ...(study === undefined ? {} : { studyFile: study }),
      ...(site === undefined ? {} : { site }),
      layout: createLayout(workspace),
      checkTrainer,
    });
    if (json) printJson(report);
    else print((await import("../../reports/doctor.ts")).formatDoctor(report));
    if (report.checks.some(({ state }) => state === "fail")) {
      process.exitCode = EXIT_STATUS.RUNTIME_MISSING;
    }
  },
};

/** On a cluster the image has TensorFlow; here this program needs it. */
async function checkTrainer(): Promise<Check> {
  const { checker } = await import("../../core/check.ts");
  const { readRuntimeStatus } = await import("../../trainer/runtime/status.ts");
  const { works, reason, tensorflow } = await readRuntimeStatus();
  const trainer = checker("TensorFlow");
  return works
    ? trainer.ok(`${tensorflow ?? ""} computes here`)
    : trainer.fail(reason ?? "does not work here", "bsweep runtime install");
}
