import { resolve } from "node:path";
import { EXPORT_FORMATS } from "../../cnn/exported-model.ts";
import { runInterruptible } from "../../process/signals.ts";
import { defineCommand, openStudy } from "../command.ts";
import { choice, flag, STUDY, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** `bsweep export STUDY`: a refitted model for other programs. */
export const exportCommand = defineCommand({
  command: "export <study>",
  describe: "Write a refitted model for tfjs, TensorFlow or anything that reads safetensors",
  options: {
    study: STUDY,
    format: choice(
      EXPORT_FORMATS,
      "tfjs: a layers model; savedmodel: TensorFlow; safetensors: weights that say what they are",
      { demandOption: true },
    ),
    to: text("Folder to write; a relative one starts at the workspace", { demandOption: true }),
    model: text("Name of the refitted model; may be left out where there is one"),
    force: flag("Replace an exported model that is there"),
    json: flag("Print what was written as JSON"),
  },
  examples: [["$0 export study.yaml --format tfjs --to exported", "For tf.loadLayersModel"]],
  run: async ({ model = null, json, ...options }, { layout, workspace }) => {
    const { exportModel } = await import("../../app/export.ts");
    const { formatExportedModel } = await import("../../reports/exported-model.ts");
    const study = await openStudy(options.study);
    const to = resolve(workspace, options.to);
    const exported = await runInterruptible((signal) =>
      exportModel({ ...options, study, layout, model, to, signal }),
    );
    if (json) printJson(exported);
    else print(formatExportedModel(exported));
  },
});
