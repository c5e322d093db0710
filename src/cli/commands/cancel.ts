import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { defineCommand, openStudy } from "../command.ts";
import { confirm } from "../confirm.ts";
import { print as printText } from "../output.ts";
import { flag, number, numbers, STEERING, STUDY } from "../options.ts";

/** `bsweep cancel STUDY`: jobs of the study, and of nobody else, end. */
export const cancelCommand = defineCommand({
  command: "cancel <study>",
  describe: "End the study's jobs, an array's or some trials' elements; results stay",
  options: {
    study: STUDY,
    array: number("Only this array; 0 is the canary", { least: 0 }),
    trial: numbers("Only the elements of these trials, by number"),
    round: number("Only the jobs of this round", { defaultDescription: "all rounds" }),
    waiting: flag("Only what has not started"),
    yes: flag("Do not ask"),
    ...STEERING,
  },
  examples: [
    ["$0 cancel study.yaml --waiting", "What runs goes on, nothing else starts"],
    ["$0 cancel study.yaml --trial 17", "One trial's element"],
  ],
  run: async (options, { layout, effects }) => {
    const { round, array, trial, waiting, yes, print, json } = options;
    const { cancel } = await import("../../app/steer/cancel.ts");
    const { tellSteering } = await import("../steering.ts");
    const study = await openStudy(options.study);
    if (trial !== undefined && (array !== undefined || waiting)) {
      throw new BsweepError("USAGE", `found --trial beside ${waiting ? "--waiting" : "--array"}`, {
        hint: "--trial names elements by itself; --round says of which round",
      });
    }
    const report = await cancel(
      {
        ...{ study, layout, waiting, printOnly: print },
        ...dropAbsent({ round, array, trials: trial }),
        confirm: yes ? () => Promise.resolve(true) : confirm,
      },
      effects,
    );
    if (report === null) printText("nothing was done");
    else tellSteering(report, { print, json });
  },
});
