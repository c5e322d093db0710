import { dropAbsent } from "../../core/objects.ts";
import { defineCommand, openStudy } from "../command.ts";
import { choice, flag, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep best`: the winner's parameters, ready to paste into a study file. */
export const bestCommand = defineCommand({
  command: "best <study>",
  describe: "Print the best parameters, ready to paste into a study file",
  options: {
    study: STUDY,
    format: choice(["yaml", "json"], "yaml: a trainer section with comments; json: for scripts", {
      default: "yaml",
    }),
    simplest: choice(
      ["size", "time"],
      "The smallest (size) or fastest (time) of those that cannot be told from the best",
    ),
    collect: flag("Collect first; --no-collect takes what was collected before", { default: true }),
  },
  run: async ({ study: studyFile, format, collect, simplest }, { layout, effects }) => {
    const { findBest } = await import("../../app/best.ts");
    const { formatBest } = await import("../../formats/best-file.ts");
    const study = await openStudy(studyFile);
    const best = await findBest({ study, layout, collect, ...dropAbsent({ simplest }) }, effects);
    if (format === "json") printJson(best);
    else print(formatBest(best));
  },
});
