import { dropAbsent } from "../../core/objects.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep history`: what was done in a workspace. */
export const historyCommand = defineCommand({
  command: "history [study]",
  describe: "What was done in this workspace, when and by whom; writes nothing",
  options: {
    study: text("Study file; without one, all studies of the workspace are told of"),
    json: flag("Print it as JSON"),
  },
  run: async ({ study: studyFile, json }, { layout, effects }) => {
    const { readHistory } = await import("../../app/history.ts");
    const name = studyFile === undefined ? undefined : (await openStudy(studyFile)).name;
    const history = await readHistory({ layout, ...dropAbsent({ name }) }, effects);
    if (json) {
      printJson(history);
      return;
    }
    const { formatHistory } = await import("../../reports/history.ts");
    print(formatHistory(history));
  },
});
