import { resolve } from "node:path";
import { EXPORT_FORMATS, type ExportFormat } from "../../cnn/exported-model.ts";
import type { Command } from "../command.ts";
import { print, printJson } from "../output.ts";
import { TEXT } from "../options.ts";

interface ExportCommandOptions {
  study: string;
  model: string | undefined;
  format: ExportFormat;
  to: string;
  force: boolean;
  json: boolean;
}

/** `bsweep export STUDY`: a refitted model for other programs. */
export const exportCommand: Command<ExportCommandOptions> = {
  command: "export <study>",
  describe: "Write a refitted model for tfjs, TensorFlow or anything that reads safetensors",
  builder: (parser) =>
    parser
      .positional("study", { type: "string", demandOption: true, describe: "Study file" })
      .option("format", {
        choices: EXPORT_FORMATS,
        demandOption: true,
        describe:
          "tfjs: a layers model; savedmodel: TensorFlow; safetensors: weights that say what they are",
      })
      .option("to", {
        ...TEXT,
        demandOption: true,
        describe: "Folder to write; a relative one starts at the workspace",
      })
      .option("model", {
        ...TEXT,
        describe: "Name of the refitted model; may be left out where there is one",
      })
      .option("force", {
        type: "boolean",
        default: false,
        describe: "Replace an exported model that is there",
      })
      .option("json", {
        type: "boolean",
        default: false,
        describe: "Print what was written as JSON",
      })
      .example("$0 export study.yaml --format tfjs --to exported", "For tf.loadLayersModel"),
  handler: async ({ study: studyFile, workspace, model, format, to, force, json }) => {
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { exportModel } = await import("../../app/export.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile });
    const folder = resolve(workspace, to);
    const chosen = { study, layout: createLayout(workspace), model: model ?? null };
    const exported = await runInterruptible((signal) =>
      exportModel({ ...chosen, format, to: folder, force, signal }),
    );
    if (json) {
      printJson(exported);
      return;
    }
    const { formatExportedModel } = await import("../../reports/exported-model.ts");
    print(formatExportedModel(exported));
  },
};
