import type { WaitEnd } from "../../app/watch.ts";
import { endOnSignal } from "../../process/signals.ts";
import { defineCommand, openStudy } from "../command.ts";
import { duration, flag, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";
import { INTERVAL, nextCommand } from "./status.ts";

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
export const waitCommand = defineCommand({
  command: "wait <study>",
  describe: "Wait until all trials have ended, and tell how by the exit status",
  options: {
    study: STUDY,
    timeout: duration("Longest wait, such as 12h", { defaultDescription: "none" }),
    interval: INTERVAL,
    json: flag("Print the last look as JSON"),
  },
  epilogue:
    "Exit status: 0 all complete; 10 all have a result, some failed; 11 some left no result and will not;\n12 timeout; 13 nothing is running and some are not submitted; 1 to 6 as everywhere; 130 after Ctrl-C.",
  examples: [["$0 wait study.yaml && $0 refit study.yaml", "Go on when all trials are complete"]],
  run: async ({ timeout = Infinity, json, ...asked }, { layout, effects }) => {
    const { waitForStudy } = await import("../../app/watch.ts");
    const { formatProgressLine } = await import("../../reports/status.ts");
    const study = await openStudy(asked.study);
    const { signal, release } = endOnSignal();
    const report = await waitForStudy(
      {
        ...{ study, layout, signal, timeoutSeconds: timeout, seconds: asked.interval },
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
});
