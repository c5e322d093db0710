import type { SubmitReport } from "../../app/submit.ts";
import { formatCommand } from "../../core/shell.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand } from "../command.ts";
import { flag, STUDY, texts } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep submit STUDY`: the rounds' submit.sh. */
export const submitCommand = defineCommand({
  command: "submit <study>",
  describe: "Submit what is not submitted yet, each array once; generate first if need be",
  options: {
    study: STUDY,
    "dry-run": flag("Only show the commands"),
    wait: flag("Go on until all is submitted, wave after wave"),
    canary: flag("Try the first trial alone before the others; --no-canary does not", {
      default: true,
    }),
    quiet: flag("Say only what is new"),
    "break-lock": flag("Go on although another submit.sh seems to be at work"),
    resubmit: texts("There is no job of this array: submit it again"),
    job: texts("This array is that job: array-02=1234"),
    json: flag("Print what was done as JSON"),
  },
  examples: [["$0 submit study.yaml --dry-run", "What would be run"]],
  epilogue:
    "Exit status: 0 all submitted, 75 the rest waits for room in the queue, 4 refused, 6 it has to ask.",
  run: async ({ study: studyFile, dryRun, wait, quiet, json, ...rest }, { layout, effects }) => {
    const { submitStudy } = await import("../../app/submit.ts");
    const { formatSubmitReport } = await import("../../reports/submit-report.ts");
    const scriptOptions = [
      ...(rest.canary ? [] : ["--no-canary"]),
      ...(quiet ? ["--quiet"] : []),
      ...(rest.breakLock ? ["--break-lock"] : []),
      ...(rest.resubmit ?? []).flatMap((array) => ["--resubmit", array]),
      ...(rest.job ?? []).flatMap((job) => ["--job", job]),
    ];
    const options = { studyFile, layout, dryRun, wait, scriptOptions, onStderr: json };
    const tell = (report: SubmitReport): void => {
      const text = formatSubmitReport(report);
      if (text !== "") print(text);
      if (report.exitStatus === 0 && !dryRun)
        print(`\nnext: ${formatCommand("bsweep", "status", studyFile)}`);
    };
    await runInterruptible(async (signal) => {
      const report = await submitStudy({ ...options, signal }, effects);
      if (json) printJson(report);
      else if (!quiet) tell(report);
      process.exitCode = report.exitStatus;
    });
  },
});
