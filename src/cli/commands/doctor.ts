import type { Check } from "../../core/check.ts";
import { EXIT_STATUS } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { dropAbsent } from "../../core/objects.ts";
import { flag, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep doctor [STUDY]`: is everything there that a study needs? */
export const doctorCommand = defineCommand({
  command: "doctor [study]",
  describe: "Check this machine, the site, the image and the data set; tell what to do about each",
  options: {
    study: text("Study file"),
    site: text("Site to look at", { defaultDescription: "the study's, else local" }),
    json: flag("Print the checks as JSON"),
  },
  examples: [
    ["$0 doctor study.yaml", "Everything the study needs, before it is generated"],
    ["$0 doctor --site compute1", "The site alone"],
  ],
  run: async ({ study: studyFile, site, json }, { layout }) => {
    const { examine } = await import("../../app/doctor.ts");
    const { formatDoctor } = await import("../../reports/doctor.ts");
    const report = await examine({ ...dropAbsent({ studyFile, site }), layout, checkTrainer });
    if (json) printJson(report);
    else print(formatDoctor(report));
    if (report.checks.some(({ state }) => state === "fail")) {
      process.exitCode = EXIT_STATUS.RUNTIME_MISSING;
    }
  },
});

/** In a container the image has TensorFlow; elsewhere this installation needs it. */
async function checkTrainer(): Promise<Check> {
  const { checker } = await import("../../core/check.ts");
  const { readRuntimeStatus } = await import("../../trainer/runtime/status.ts");
  const { works, reason, tensorflow, closed } = await readRuntimeStatus();
  const trainer = checker("TensorFlow");
  if (!works)
    return trainer.fail(
      reason ?? "does not work here",
      closed?.remedy ?? "bsweep runtime install (python3 with pip, make and g++; docs/clusters.md)",
    );
  const found = `${tensorflow ?? ""} computes here`;
  return closed === null
    ? trainer.ok(found)
    : trainer.warn(`${found}; ${closed.found}`, closed.remedy);
}
