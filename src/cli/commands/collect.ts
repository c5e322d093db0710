import { BsweepError } from "../../core/errors.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep collect`: result files -> study.sqlite; and many of them in one file. */
export const collectCommand = defineCommand({
  command: "collect <study>",
  describe: "Merge result files into the study's database; safe at any time",
  options: {
    study: STUDY,
    pack: flag("Then put the results of rounds that have ended into one compressed file a round"),
    unpack: flag("Then make files of all packed results again"),
    "dry-run": flag("With --pack: only say what would be packed, and what it saves"),
    json: flag("Print what was done as JSON"),
  },
  run: async ({ study: studyFile, pack, unpack, dryRun, json }, { layout, effects }) => {
    const { collectResults } = await import("../../app/collect/collect.ts");
    const { formatCollected } = await import("../../reports/collected.ts");
    if (dryRun && !pack) throw new BsweepError("USAGE", "--dry-run goes with --pack");
    if (pack && unpack) throw new BsweepError("USAGE", "found --pack and --unpack, expected one");
    const study = await openStudy(studyFile);
    const summary = await collectResults({ study: study.name, layout }, effects);
    if (!json) print(formatCollected(summary));
    if (!pack && !unpack) {
      if (json) printJson(summary);
      return;
    }
    const { packStudy, unpackStudy } = await import("../../app/pack/pack.ts");
    const { formatPacked, formatUnpacked } = await import("../../reports/packed.ts");
    if (pack) {
      const packed = await packStudy({ study, layout, dryRun }, effects);
      if (json) printJson({ ...summary, packed });
      else print(formatPacked(packed));
    } else {
      const unpacked = await unpackStudy({ study, layout }, effects);
      if (json) printJson({ ...summary, unpacked });
      else print(formatUnpacked(unpacked));
    }
  },
});
