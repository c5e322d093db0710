import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import { formatProbabilities, formatSubmission } from "../formats/submission.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import {
  type Ensemble,
  type EnsembleOptions,
  openEnsemble,
  predictWith,
} from "./models/ensemble.ts";
import { withScratchFolder } from "../workspace/scratch.ts";
import { prepareDataset } from "./prepare.ts";
import type { Inversion } from "../cnn/inversion.ts";
import type { ReadImage } from "../formats/trainer-request.ts";

export interface PredictOptions extends EnsembleOptions {
  /** A packed data set, by its absolute folder, or a CSV without labels or with. */
  readonly source:
    | { readonly kind: "dataset"; readonly folder: string }
    | { readonly kind: "csv"; readonly file: string };
  /** Absolute name of the CSV to write. */
  readonly output: string;
  /** Absolute name of a second CSV with all probabilities; null: none. */
  readonly probabilitiesOutput: string | null;
  /** Replace files that are there. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Predicts every row with the mean of the models and writes what Kaggle takes. Labels that the data has are not
 * looked at.
 * @throws BsweepError CONFLICT without models, or for a file that is there; INVALID_DATA for other images
 */
export async function predictRows(options: PredictOptions, effects: Effects): Promise<Submission> {
  const ensemble = openEnsemble(options);
  const { output, probabilitiesOutput, study, signal } = options;
  requireAbsent(options);
  return withScratchFolder("model", async (folder) => {
    const path = await packSource(options, ensemble, folder, effects);
    requireShape(path, ensemble);
    const images = { kind: "dataset", path } as const;
    const predicted = await predictWith(ensemble, images, { study, signal, folder });
    const { probabilities, labels } = predicted;
    const { classes } = ensemble.problem;
    requireAbsent(options);
    if (probabilitiesOutput !== null)
      writeFileAtomic(probabilitiesOutput, formatProbabilities(probabilities, ensemble.classNames));
    writeFileAtomic(output, formatSubmission(labels, ensemble.classNames));
    const classCounts = new Array<number>(classes).fill(0);
    for (const label of labels) classCounts[label] = (classCounts[label] ?? 0) + 1;
    const { names: models, classNames } = ensemble;
    return { output, probabilitiesOutput, rows: labels.length, models, classCounts, classNames };
  });
}

function requireAbsent({ output, probabilitiesOutput, force }: PredictOptions): void {
  const there = [output, probabilitiesOutput].find((file) => file !== null && existsSync(file));
  if (there === undefined || there === null || force) return;
  throw new BsweepError("CONFLICT", `${there} is there already`, {
    hint: "choose another name with --output, or replace it with --force",
  });
}

/** @returns the folder of a packed data set; for a CSV, one among the scratch files */
async function packSource(
  { source, signal }: PredictOptions,
  { problem }: Ensemble,
  folder: string,
  effects: Effects,
): Promise<string> {
  if (source.kind === "dataset") return source.folder;
  const { height, width } = problem;
  const to = join(folder, "data");
  const csv = { kind: "csv", csv: source.file, height, width } as const;
  await prepareDataset(
    { source: csv, to, classes: null, signal, shards: 1, force: false },
    effects,
  );
  return to;
}

function requireShape(folder: string, { problem, names }: Ensemble): void {
  const { header } = openPackedDataset(folder, { verify: true });
  const describe = (shape: Omit<typeof problem, "classes">): string =>
    `${shape.height} x ${shape.width} x ${shape.channels}`;
  if (describe(header) === describe(problem)) return;
  throw new BsweepError(
    "INVALID_DATA",
    `the images in ${folder} are ${describe(header)}, ${names.join(", ")} wants ${describe(problem)}`,
  );
}

interface PredictImagesOptions extends EnsembleOptions {
  /** Absolute names of PNG, JPEG, BMP or GIF files. */
  readonly files: readonly string[];
  readonly inversion: Inversion;
  readonly signal: AbortSignal;
}

/**
 * Predicts what image files show, with the mean of the models.
 * @throws BsweepError CONFLICT without models; INVALID_DATA with every file that is no image
 */
export async function predictImages(options: PredictImagesOptions): Promise<ImagePredictions> {
  const { study, files, inversion, signal } = options;
  const ensemble = openEnsemble(options);
  const { classes } = ensemble.problem;
  const predicted = await withScratchFolder("model", (folder) =>
    predictWith(ensemble, { kind: "files", files, inversion }, { study, signal, folder }),
  );
  const images = predicted.files.map((file, row) => {
    const probabilities = [...predicted.probabilities.subarray(row * classes, (row + 1) * classes)];
    const [best = { label: 0, probability: 0 }, runnerUp = null] = probabilities
      .map((probability, label) => ({ label, probability }))
      .sort((a, b) => b.probability - a.probability);
    return { ...file, ...best, runnerUp, probabilities };
  });
  return { models: ensemble.names, classNames: ensemble.classNames, images };
}

/** What `bsweep predict` wrote for the rows of a data set. */
export interface Submission {
  readonly output: string;
  readonly probabilitiesOutput: string | null;
  readonly rows: number;
  /** Names of the models whose mean it is. */
  readonly models: readonly string[];
  /** What the classes are called, in class order. */
  readonly classNames: readonly string[];
  /** Rows predicted as each class, in class order. */
  readonly classCounts: readonly number[];
}

/** What `bsweep predict` says of image files. */
export interface ImagePredictions extends Pick<Submission, "models" | "classNames"> {
  readonly images: readonly ImagePrediction[];
}

export interface ImagePrediction extends ReadImage {
  readonly label: number;
  readonly probability: number;
  /** The second best; null for a model of one class. */
  readonly runnerUp: { readonly label: number; readonly probability: number } | null;
  /** Of every class, in class order. */
  readonly probabilities: readonly number[];
}
