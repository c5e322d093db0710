import { dropAbsent } from "../../core/objects.ts";
import { endOnSignal } from "../../process/signals.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, number, STUDY, text } from "../options.ts";
import { print } from "../output.ts";

/** `bsweep logs STUDY TRIAL`: what a trial prints, while it runs and after. */
export const logsCommand = defineCommand({
  command: "logs <study> <trial>",
  describe: "What a trial has printed, while it runs too",
  options: {
    study: STUDY,
    trial: text("A trial's number, or the beginning of its id", { demandOption: true }),
    attempt: number("Which attempt", { defaultDescription: "the latest" }),
    follow: flag("Go on until it has a result, as tail -f does", { alias: "f" }),
  },
  examples: [["$0 logs study.yaml 17 --follow", "Watch trial 17 train"]],
  run: async ({ study: studyFile, trial, attempt, follow }, { layout, effects }) => {
    const { showLogs } = await import("../../app/logs.ts");
    const study = await openStudy(studyFile);
    const { signal, release } = endOnSignal();
    const options = { study, layout, trial, follow, signal, ...dropAbsent({ attempt }) };
    await showLogs({ ...options, onLine: print }, effects);
    release();
  },
});
