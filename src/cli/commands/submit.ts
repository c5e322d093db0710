import type { SubmitReport } from "../../app/submit.ts";
import type { Command } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { createEffects, print, printJson } from "../output.ts";

interface SubmitCommandOptions {
  study: string;
  "dry-run": boolean;
  wait: boolean;
  canary: boolean;
  quiet: boolean;
  "break-lock": boolean;
  resubmit: string[] | undefined;
  job: string[] | undefined;
  json: boolean;
}

const OPTIONS = {
  "dry-run": { type: "boolean", default: false, describe: "Only show the commands" },
  wait: {
    type: "boolean",
    default: false,
    describe: "Go on until all is submitted, wave after wave",
  },
  canary: {
    type: "boolean",
    default: true,
    describe: "Try the first trial alone before the others; --no-canary does not",
  },
  quiet: { type: "boolean", default: false, describe: "Say only what is new" },
  "break-lock": {
    type: "boolean",
    default: false,
    describe: "Go on although another submit.sh seems to be at work",
  },
  resubmit: {
    type: "string",
    array: true,
    describe: "There is no job of this array: submit it again",
  },
  job: { type: "string", array: true, describe: "This array is that job: array-02=1234" },
  json: { type: "boolean", default: false, describe: "Print what was done as JSON" },
} as const;

/** `bsweep submit STUDY`: the rounds' submit.sh. */
export const submitCommand: Command<SubmitCommandOptions> = {
  command: "submit <study>",
  describe: "Submit what is not submitted yet, each array once; generate first if need be",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .options(OPTIONS)
      .example("$0 submit study.yaml --dry-run", "What would be run")
      .epilogue(
        "Exit status: 0 all submitted, 75 the rest waits for room in the queue, 4 refused, 6 it has to ask.",
      ),
  handler: async (options) => {
    const { submitStudy } = await import("../../app/submit.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { formatSubmitReport } = await import("../../reports/submit-report.ts");
    await runInterruptible(async (signal) => {
      const report = await submitStudy(
        {
          studyFile: options.study,
          layout: createLayout(options.workspace),
          dryRun: options["dry-run"],
          wait: options.wait,
          scriptOptions: scriptOptions(options),
          onStderr: options.json,
          signal,
        },
        createEffects(),
      );
      if (options.json) printJson(report);
      else if (!options.quiet) tell(report);
      process.exitCode = report.exitStatus;
    });

    function tell(report: SubmitReport): void {
      const text = formatSubmitReport(report);
      if (text !== "") print(text);
      if (report.exitStatus === 0 && !options["dry-run"])
        print(`\nnext: ${formatCommand("bsweep", "status", options.study)}`);
    }
  },
};

function scriptOptions(options: SubmitCommandOptions): string[] {
  return [
    ...(options.canary ? [] : ["--no-canary"]),
    ...(options.quiet ? ["--quiet"] : []),
    ...(options["break-lock"] ? ["--break-lock"] : []),
    ...(options.resubmit ?? []).flatMap((array) => ["--resubmit", array]),
    ...(options.job ?? []).flatMap((job) => ["--job", job]),
  ];
}
