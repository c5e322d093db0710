import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Command } from "../command.ts";
import { confirm } from "../confirm.ts";
import { createEffects, print as printText } from "../output.ts";
import { STEERING_OPTIONS } from "../options.ts";

interface CancelCommandOptions {
  study: string;
  round: number | undefined;
  array: number | undefined;
  trial: number[] | undefined;
  waiting: boolean;
  yes: boolean;
  print: boolean;
  json: boolean;
}

/** `bsweep cancel STUDY`: jobs of the study, and of nobody else, end. */
export const cancelCommand: Command<CancelCommandOptions> = {
  command: "cancel <study>",
  describe: "End the study's jobs, an array's or some trials' elements; results stay",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("array", { type: "number", describe: "Only this array; 0 is the canary" })
      .option("trial", {
        type: "number",
        array: true,
        describe: "Only the elements of these trials, by number",
      })
      .option("round", {
        type: "number",
        describe: "Only the jobs of this round",
        defaultDescription: "all rounds",
      })
      .option("waiting", {
        type: "boolean",
        default: false,
        describe: "Only what has not started",
      })
      .option("yes", { type: "boolean", default: false, describe: "Do not ask" })
      .options(STEERING_OPTIONS)
      .example("$0 cancel study.yaml --waiting", "What runs goes on, nothing else starts")
      .example("$0 cancel study.yaml --trial 17", "One trial's element"),
  handler: async ({
    study: studyFile,
    round,
    array,
    trial,
    workspace,
    yes,
    print,
    json,
    ...rest
  }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { cancel } = await import("../../app/steer/cancel.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { tellSteering } = await import("../steering.ts");
    const { study } = loadStudy({ studyFile });
    requireOneScope({ trial, array, waiting: rest.waiting });
    if (trial?.length === 0)
      throw new BsweepError("USAGE", "--trial: found no number, expected one");
    const report = await cancel(
      {
        ...{ study, layout: createLayout(workspace), waiting: rest.waiting, printOnly: print },
        ...dropAbsent({ round, array, trials: trial }),
        confirm: yes ? () => Promise.resolve(true) : confirm,
      },
      createEffects(),
    );
    if (report === null) printText("nothing was done");
    else tellSteering(report, { print, json });
  },
};

function requireOneScope({
  trial,
  array,
  waiting,
}: Pick<CancelCommandOptions, "trial" | "array" | "waiting">): void {
  if (trial === undefined || (array === undefined && !waiting)) return;
  throw new BsweepError("USAGE", `found --trial beside ${waiting ? "--waiting" : "--array"}`, {
    hint: "--trial names elements by itself; --round says of which round",
  });
}
