import { BsweepError } from "../../core/errors.ts";
import type { Command } from "../command.ts";
import { createEffects, print } from "../output.ts";

interface LogsCommandOptions {
  study: string;
  trial: string;
  attempt: number | undefined;
  follow: boolean;
}

/** `bsweep logs STUDY TRIAL`: what a trial prints, while it runs and after. */
export const logsCommand: Command<LogsCommandOptions> = {
  command: "logs <study> <trial>",
  describe: "What a trial has printed, while it runs too",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .positional("trial", {
        type: "string",
        demandOption: true,
        describe: "A trial's number, or the beginning of its id",
      })
      .option("attempt", {
        type: "number",
        requiresArg: true,
        describe: "Which attempt",
        defaultDescription: "the latest",
      })
      .option("follow", {
        alias: "f",
        type: "boolean",
        default: false,
        describe: "Go on until it has a result, as tail -f does",
      })
      .example("$0 logs study.yaml 17 --follow", "Watch trial 17 train"),
  handler: async ({ study: studyFile, trial, attempt, follow, workspace }) => {
    if (attempt !== undefined && (!Number.isInteger(attempt) || attempt < 1))
      throw new BsweepError("USAGE", `--attempt: found ${attempt}, expected a number from 1`);
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { showLogs } = await import("../../app/logs.ts");
    const { endOnSignal } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const { signal, release } = endOnSignal();
    const options = {
      study,
      layout: createLayout(workspace),
      trial,
      follow,
      signal,
      onLine: print,
    };
    await showLogs(attempt === undefined ? options : { ...options, attempt }, createEffects());
    release();
  },
};
