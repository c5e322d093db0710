import { resolve } from "node:path";
import type { Argv } from "yargs";
import type { PredictOptions } from "../../app/predict.ts";
import { BsweepError } from "../../core/errors.ts";
import { INVERSIONS, type Inversion } from "../../cnn/model-request.ts";
import { logicalPath } from "../../workspace/layout.ts";
import type { Command, GlobalOptions } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";
import { TEXT } from "../options.ts";

interface PredictCommandOptions {
  study: string;
  data: string | undefined;
  csv: string | undefined;
  image: readonly string[] | undefined;
  model: readonly string[] | undefined;
  invert: Inversion;
  output: string;
  "with-probabilities": boolean;
  force: boolean;
  json: boolean;
}

/** `bsweep predict STUDY`: what the refitted models say of new images. */
export const predictCommand: Command<PredictCommandOptions> = {
  command: "predict <study>",
  describe: "Predict with the refitted models: a submission for Kaggle, or image files",
  builder: (parser) =>
    addWritingOptions(addImageOptions(parser))
      .option("json", { type: "boolean", default: false, describe: "Print the outcome as JSON" })
      .example("$0 predict study.yaml --csv test.csv", "Writes submission.csv")
      .example("$0 predict study.yaml --image digit.png", "Says what a picture shows"),
  handler: async (options) => {
    checkSource(options);
    const { loadStudy } = await import("../../app/plan/load-study.ts");
    const { runInterruptible } = await import("../../process/signals.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const { study } = loadStudy({ studyFile: options.study });
    const layout = createLayout(options.workspace);
    const ensemble = { study, layout, models: options.model ?? [] };
    await runInterruptible((signal) =>
      options.image === undefined
        ? tellSubmission({ ...ensemble, ...toRows(options), signal }, options)
        : tellImages({ ...ensemble, signal }, options.image, options),
    );
  },
};

function addImageOptions(parser: Argv<GlobalOptions>) {
  return parser
    .positional("study", { type: "string", demandOption: true, describe: "Study file" })
    .option("data", {
      ...TEXT,
      describe: "Packed data set, made by bsweep prepare; a relative one starts at the workspace",
    })
    .option("csv", { ...TEXT, describe: "CSV in Kaggle's form, such as test.csv" })
    .option("image", { ...TEXT, array: true, describe: "PNG, JPEG, BMP or GIF files" })
    .option("invert", {
      choices: INVERSIONS,
      default: "auto" as const,
      describe: "Images: turn dark on bright round; auto: gray ones with a bright border",
    })
    .option("model", {
      ...TEXT,
      array: true,
      describe: "Names of the refitted models; their probabilities are averaged",
      defaultDescription: "all of the study",
    });
}

function addWritingOptions<T>(parser: Argv<T>) {
  return parser
    .option("output", {
      ...TEXT,
      default: "submission.csv",
      describe: "File to write: ImageId,Label; a relative one starts at the workspace",
    })
    .option("with-probabilities", {
      type: "boolean",
      default: false,
      describe: "Also write NAME.probabilities.csv: ImageId,p0,p1,... with six digits",
    })
    .option("force", {
      type: "boolean",
      default: false,
      describe: "Replace files that are there",
    });
}

function checkSource({ data, csv, image }: PredictCommandOptions): void {
  if ([data, csv, image].filter((given) => given !== undefined).length === 1) return;
  throw new BsweepError("USAGE", "give one of --data, --csv and --image", {
    hint: "bsweep predict study.yaml --csv test.csv",
  });
}

function toRows(
  options: PredictCommandOptions & GlobalOptions,
): Pick<PredictOptions, "source" | "output" | "probabilitiesOutput" | "force"> {
  const { workspace, csv, data = "", force, "with-probabilities": withProbabilities } = options;
  const output = resolve(workspace, options.output);
  const source =
    csv === undefined
      ? ({ kind: "dataset", folder: resolve(workspace, data) } as const)
      : ({ kind: "csv", file: csv } as const);
  const beside = `${output.replace(/\.csv$/, "")}.probabilities.csv`;
  return { source, output, probabilitiesOutput: withProbabilities ? beside : null, force };
}

async function tellSubmission(options: PredictOptions, { json }: { json: boolean }): Promise<void> {
  const { predictRows } = await import("../../app/predict.ts");
  const submission = await predictRows(options, createEffects());
  if (json) {
    printJson(submission);
    return;
  }
  const { formatSubmitted } = await import("../../reports/prediction.ts");
  print(formatSubmitted(submission));
}

async function tellImages(
  ensemble: Pick<PredictOptions, "study" | "layout" | "models" | "signal">,
  images: readonly string[],
  { invert, json }: Pick<PredictCommandOptions, "invert" | "json">,
): Promise<void> {
  const { predictImages } = await import("../../app/predict.ts");
  const files = images.map((file) => logicalPath(file));
  const predictions = await predictImages({ ...ensemble, files, inversion: invert });
  if (json) {
    printJson(predictions);
    return;
  }
  const { formatImagePredictions } = await import("../../reports/prediction.ts");
  print(formatImagePredictions(predictions));
}
