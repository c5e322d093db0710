import type { ImagePrediction, ImagePredictions, Submission } from "../app/predict.ts";
import { formatCount, plural } from "../core/quantities.ts";
import { toCell } from "./cells.ts";

const MAX_NAME_LENGTH = 60;

/** What was written, by which models, and how often each class was predicted. */
export function formatSubmitted(submission: Submission): string {
  const { output, probabilitiesOutput, rows, models, classCounts } = submission;
  const counts = classCounts.map((count, label) => `${label}: ${formatCount(count)}`);
  return [
    `written ${output}: ${plural(rows, "row")}, by ${describeModels(models)}`,
    ...(probabilitiesOutput === null ? [] : [`written ${probabilitiesOutput}: all probabilities`]),
    `predicted ${counts.join("  ")}`,
  ].join("\n");
}

/** A line an image: class, probability, runner-up, and whether it was inverted. */
export function formatImagePredictions({ models, images }: ImagePredictions): string {
  return [...images.map(formatImage), `by ${describeModels(models)}`].join("\n");
}

function formatImage({ file, label, probability, runnerUp, inverted }: ImagePrediction): string {
  const next =
    runnerUp === null ? "" : `, then ${runnerUp.label} (${percent(runnerUp.probability)})`;
  const note = inverted ? "; read as dark on bright, inverted" : "";
  return `${toCell(file, MAX_NAME_LENGTH)}: ${label} (${percent(probability)})${next}${note}`;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(2)} %`;
}

function describeModels(models: readonly string[]): string {
  return models.length === 1
    ? (models[0] ?? "")
    : `the mean of ${models.length} models: ${models.join(", ")}`;
}
