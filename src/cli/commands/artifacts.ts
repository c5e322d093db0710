import { resolve } from "node:path";
import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep artifacts STUDY [TRIAL]`: what trials have left beside their results. */
export const artifactsCommand = defineCommand({
  command: "artifacts <study> [trial]",
  describe: "What the best trials have left: models and other files that the study keeps",
  options: {
    study: STUDY,
    trial: text(
      "A trial's number, or the beginning of its id; by default all of which any are kept",
    ),
    to: text("Copy them there, a folder for each trial; a relative one starts at the workspace"),
    json: flag("Print it as JSON, with the files' hashes"),
  },
  examples: [
    ["$0 artifacts study.yaml", "Of which trials anything is kept"],
    ["$0 artifacts study.yaml 17 --to best", "Copies what trial 17 left to best/trial-17"],
  ],
  run: async ({ study: studyFile, trial = null, to, json }, { layout, workspace, effects }) => {
    const { findArtifacts } = await import("../../app/artifacts.ts");
    const { formatArtifacts } = await import("../../reports/artifacts.ts");
    const study = await openStudy(studyFile);
    const target = to === undefined ? null : resolve(workspace, to);
    const report = await findArtifacts({ study, layout, trial, to: target }, effects);
    if (json) printJson(report);
    else print(formatArtifacts(report));
  },
});
