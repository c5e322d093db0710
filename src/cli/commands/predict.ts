import { resolve } from "node:path";
import type { PredictOptions } from "../../app/predict.ts";
import { BsweepError } from "../../core/errors.ts";
import { INVERSIONS, type Inversion } from "../../cnn/inversion.ts";
import { runInterruptible } from "../../process/signals.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { defineCommand, openStudy, type Values } from "../command.ts";
import { choice, flag, STUDY, text, texts } from "../options.ts";
import { createEffects, print, printJson } from "../output.ts";

const OPTIONS = {
  study: STUDY,
  data: text("Packed data set, made by bsweep prepare; a relative one starts at the workspace"),
  csv: text("CSV in Kaggle's form, such as test.csv"),
  image: texts("PNG, JPEG, BMP or GIF files"),
  invert: choice(
    INVERSIONS,
    "Images: turn dark on bright round; auto: gray ones with a bright border",
    { default: "auto" },
  ),
  model: texts("Names of the refitted models; their probabilities are averaged", {
    defaultDescription: "all of the study",
  }),
  output: text("File to write: ImageId,Label; a relative one starts at the workspace", {
    default: "submission.csv",
  }),
  "with-probabilities": flag(
    "Also write NAME.probabilities.csv: ImageId,p0,p1,... with six digits",
  ),
  force: flag("Replace files that are there"),
  json: flag("Print the outcome as JSON"),
};

/** `bsweep predict STUDY`: what the refitted models say of new images. */
export const predictCommand = defineCommand({
  command: "predict <study>",
  describe: "Predict with the refitted models: a submission for Kaggle, or image files",
  options: OPTIONS,
  examples: [
    ["$0 predict study.yaml --csv test.csv", "Writes submission.csv"],
    ["$0 predict study.yaml --image digit.png", "Says what a picture shows"],
  ],
  run: async (options, { layout, workspace }) => {
    checkSource(options);
    const study = await openStudy(options.study);
    const ensemble = { study, layout, models: options.model ?? [] };
    await runInterruptible((signal) =>
      options.image === undefined
        ? tellSubmission({ ...ensemble, ...toRows(options, workspace), signal }, options)
        : tellImages({ ...ensemble, signal }, options.image, options),
    );
  },
});

type Asked = Values<typeof OPTIONS>;

function checkSource({ data, csv, image }: Asked): void {
  if ([data, csv, image].filter((given) => given !== undefined).length === 1) return;
  throw new BsweepError("USAGE", "give one of --data, --csv and --image", {
    hint: "bsweep predict study.yaml --csv test.csv",
  });
}

function toRows(
  { csv, data = "", force, withProbabilities, ...asked }: Asked,
  workspace: string,
): Pick<PredictOptions, "source" | "output" | "probabilitiesOutput" | "force"> {
  const output = resolve(workspace, asked.output);
  const source =
    csv === undefined
      ? ({ kind: "dataset", folder: resolve(workspace, data) } as const)
      : ({ kind: "csv", file: csv } as const);
  const beside = `${output.replace(/\.csv$/, "")}.probabilities.csv`;
  return { source, output, probabilitiesOutput: withProbabilities ? beside : null, force };
}

async function tellSubmission(options: PredictOptions, { json }: Asked): Promise<void> {
  const { predictRows } = await import("../../app/predict.ts");
  const { formatSubmitted } = await import("../../reports/prediction.ts");
  const submission = await predictRows(options, createEffects());
  if (json) printJson(submission);
  else print(formatSubmitted(submission));
}

async function tellImages(
  ensemble: Pick<PredictOptions, "study" | "layout" | "models" | "signal">,
  images: readonly string[],
  { invert, json }: { readonly invert: Inversion; readonly json: boolean },
): Promise<void> {
  const { predictImages } = await import("../../app/predict.ts");
  const { formatImagePredictions } = await import("../../reports/prediction.ts");
  const files = images.map((file) => logicalPath(file));
  const predictions = await predictImages({ ...ensemble, files, inversion: invert });
  if (json) printJson(predictions);
  else print(formatImagePredictions(predictions));
}
