import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { plural } from "../../core/quantities.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand } from "../command.ts";
import { flag, number, text } from "../options.ts";
import { print, printJson } from "../output.ts";

const SAMPLE = 20;

/** `bsweep verify`: an archive, held against this machine. */
export const verifyCommand = defineCommand({
  command: "verify <archive>",
  describe: "Check an archive's files, and run some of its trials again here",
  options: {
    archive: text("Folder that bsweep archive has written", { demandOption: true }),
    sample: number("Trials to run: the best, and others drawn at random", { default: SAMPLE }),
    workers: number("Elements that run at the same time", {
      defaultDescription: "cores / the study's cpus",
    }),
    json: flag("Print what was found as JSON"),
  },
  examples: [
    [
      "$0 verify handed-on --sample 5",
      "Its data set is looked for in the workspace, under the name that the study gives it",
    ],
  ],
  run: async ({ archive, sample, workers, json }, { layout, effects }) => {
    const { verifyArchive } = await import("../../app/verify/verify.ts");
    const { formatVerification } = await import("../../reports/verification.ts");
    const { logicalPath } = await import("../../workspace/layout.ts");
    const options = { archive: logicalPath(archive), layout, sample, ...dropAbsent({ workers }) };
    await runInterruptible(async (signal) => {
      const found = await verifyArchive({ ...options, signal }, effects);
      if (json) printJson(found);
      else print(formatVerification(found));
      const wrong = found.trials.filter(({ verdict }) =>
        ["different", "unknown", "failed"].includes(verdict),
      );
      if (wrong.length === 0) return;
      throw new BsweepError(
        "CONFLICT",
        `${plural(wrong.length, "trial")} did not come out as archived`,
      );
    });
  },
});
