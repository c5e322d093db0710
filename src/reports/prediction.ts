import type { ImagePrediction, ImagePredictions, Submission } from "../app/predict.ts";
import { nameClass } from "../core/dataset-sanity.ts";
import { formatCount, plural } from "../core/quantities.ts";
import { toCell } from "./cells.ts";

const MAX_NAME_LENGTH = 60;

/** What was written, by which models, and how often each class was predicted. */
export function formatSubmitted(submission: Submission): string {
  const { output, probabilitiesOutput, rows, models, classCounts, classNames } = submission;
  const counts = classCounts.map(
    (count, label) => `${nameClass({ classNames }, label)}: ${formatCount(count)}`,
  );
  return [
    `written ${output}: ${plural(rows, "row")}, by ${describeModels(models)}`,
    ...(probabilitiesOutput === null ? [] : [`written ${probabilitiesOutput}: all probabilities`]),
    `predicted ${counts.join("  ")}`,
  ].join("\n");
}

/** A line an image: class, probability, runner-up, and whether it was inverted. */
export function formatImagePredictions({ models, images, classNames }: ImagePredictions): string {
  const nameOf = (label: number): string => nameClass({ classNames }, label);
  return [
    ...images.map((image) => formatImage(image, nameOf)),
    `by ${describeModels(models)}`,
  ].join("\n");
}

function formatImage(
  { file, label, probability, runnerUp, inverted }: ImagePrediction,
  nameOf: (label: number) => string,
): string {
  const next =
    runnerUp === null ? "" : `, then ${nameOf(runnerUp.label)} (${percent(runnerUp.probability)})`;
  const note = inverted ? "; read as dark on bright, inverted" : "";
  return `${toCell(file, MAX_NAME_LENGTH)}: ${nameOf(label)} (${percent(probability)})${next}${note}`;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(2)} %`;
}

function describeModels(models: readonly string[]): string {
  return models.length === 1
    ? (models[0] ?? "")
    : `the mean of ${models.length} models: ${models.join(", ")}`;
}
