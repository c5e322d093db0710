import { BsweepError } from "../../core/errors.ts";
import { defineCommand, openStudy } from "../command.ts";
import { flag, STUDY, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep import`: trials that ran elsewhere, beside a study. */
export const importCommand = defineCommand({
  command: "import <study>",
  describe:
    "Take trials of Optuna, or of a CSV, beside the study's own: to compare with, and to learn from",
  options: {
    study: STUDY,
    csv: text("Table with a header, a row a trial: of bsweep, Optuna, W&B, Ray, or of your own", {
      conflicts: "optuna",
    }),
    optuna: text("SQLite file of Optuna"),
    metric: text("Column of the CSV with the objective", {
      defaultDescription: "the objective's name, or objective, or value",
      implies: "csv",
    }),
    "name-there": text("Study in Optuna's file, where there are several", { implies: "optuna" }),
    name: text("What they are called here", { defaultDescription: "as their file" }),
    "dry-run": flag("Say what would be taken; write nothing"),
    json: flag("Print it as JSON"),
  },
  examples: [
    ["$0 import study.yaml --optuna study.db", "All that an Optuna study has tried"],
    ["$0 import study.yaml --csv wandb.csv --metric val_acc", "An export of W&B"],
  ],
  run: async (asked, { layout, effects }) => {
    const source = chooseSource(asked);
    const { importTrials } = await import("../../app/import/import.ts");
    const study = await openStudy(asked.study);
    const { metric: column, nameThere, name, dryRun } = asked;
    const options = { study, layout, source, column, nameThere, name, dryRun };
    const report = importTrials(options, effects);
    if (asked.json) {
      printJson(report);
      return;
    }
    const { formatImportReport } = await import("../../reports/imported.ts");
    print(formatImportReport(report, asked.study));
  },
});

/** @throws BsweepError USAGE */
function chooseSource({
  csv,
  optuna,
}: {
  readonly csv: string | undefined;
  readonly optuna: string | undefined;
}): { readonly kind: "csv" | "optuna"; readonly file: string } {
  if (csv !== undefined) return { kind: "csv", file: csv };
  if (optuna !== undefined) return { kind: "optuna", file: optuna };
  throw new BsweepError("USAGE", "nothing to import was named", {
    hint: "--csv FILE, or --optuna FILE",
  });
}
