import type { WaitEnd } from "../../app/wait.ts";
import { parseDurationSeconds } from "../../core/quantities.ts";
import type { Command } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";
import { readQuantity, TEXT } from "../options.ts";
import { LOOK_SECONDS, nextCommand, requireInterval } from "./status.ts";

interface WaitCommandOptions {
  study: string;
  timeout: string | undefined;
  interval: number;
  json: boolean;
}

/** For scripts; apart from those of errors (core/errors.ts) and of signals (128 + number). */
const WAIT_STATUS: Readonly<Record<WaitEnd, number>> = {
  complete: 0,
  failed: 10,
  lost: 11,
  timeout: 12,
  "not submitted": 13,
  interrupted: 130,
};

const SENTENCES: Readonly<Record<WaitEnd, string>> = {
  complete: "every trial is complete",
  failed: "every trial has a result, and some failed",
  lost: "some trials left no result, and nothing is running any more",
  timeout: "the time is up",
  "not submitted": "nothing is running, and some trials are not submitted",
  interrupted: "interrupted",
};

/** `bsweep wait`: for scripts that go on when a study has ended. */
export const waitCommand: Command<WaitCommandOptions> = {
  command: "wait <study>",
  describe: "Wait until all trials have ended, and tell how by the exit status",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("timeout", {
        ...TEXT,
        describe: "Longest wait, such as 12h",
        defaultDescription: "none",
      })
      .option("interval", {
        type: "number",
        default: LOOK_SECONDS,
        describe:
          "Seconds between looks at the files; the scheduler is asked once a minute at most",
      })
      .option("json", { type: "boolean", default: false, describe: "Print the last look as JSON" })
      .epilogue(
        "Exit status: 0 all complete; 10 all have a result, some failed; 11 some left no result and will not;\n12 timeout; 13 nothing is running and some are not submitted; 1 to 6 as everywhere; 130 after Ctrl-C.",
      )
      .example("$0 wait study.yaml && $0 refit study.yaml", "Go on when all trials are complete"),
  handler: async ({ study: studyFile, timeout, interval, json, workspace }) => {
    requireInterval(interval);
    const timeoutSeconds =
      readQuantity("--timeout", timeout, parseDurationSeconds, "a time such as 90m") ?? Infinity;
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { waitForStudy } = await import("../../app/wait.ts");
    const { endOnSignal } = await import("../../process/signals.ts");
    const { formatProgressLine } = await import("../../reports/status.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const effects = createEffects();
    const { signal, release } = endOnSignal();
    const report = await waitForStudy(
      {
        ...{ study, signal, timeoutSeconds, seconds: interval },
        layout: createLayout(workspace),
        onChange: (status) => effects.reporter.info(formatProgressLine(status)),
      },
      effects,
    );
    release();
    process.exitCode = WAIT_STATUS[report?.end ?? "interrupted"];
    if (report === undefined) return;
    if (json) printJson(report.status);
    else print(`${SENTENCES[report.end]}\n\nnext: ${nextCommand(report.status)}`);
  },
};
