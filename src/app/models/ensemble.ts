import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CnnProblem } from "../../cnn/shapes.ts";
import { listClassNames } from "../../core/dataset.ts";
import { BsweepError } from "../../core/errors.ts";
import type { ImagesToPredict, ReadImage } from "../../formats/trainer-request.ts";
import type { Study } from "../../core/study.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openModels, type StoredModel } from "../../workspace/models.ts";
import { runModelProgram } from "./model-program.ts";

export interface EnsembleOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Names of refitted models; none: all of the study. */
  readonly models: readonly string[];
}

/** Models that predict together. */
export interface Ensemble {
  readonly names: readonly string[];
  readonly folders: readonly string[];
  /** The same for all of them. */
  readonly problem: CnnProblem;
  /** What the classes are called, in class order. */
  readonly classNames: readonly string[];
}

/** @throws BsweepError as `openModels`; CONFLICT when the models are for different images or classes */
export function openEnsemble({ study, layout, models }: EnsembleOptions): Ensemble {
  const opened = openModels(layout, study, models);
  const [first, ...others] = opened;
  if (first === undefined) throw new TypeError("there is always a model");
  const classNames = namesOf(first);
  const other = others.find(
    (stored) =>
      describe(stored.model.problem) !== describe(first.model.problem) ||
      namesOf(stored).join("\n") !== classNames.join("\n"),
  );
  if (other !== undefined) {
    throw new BsweepError(
      "CONFLICT",
      `the models do not fit together: ${nameOf(first)} is for ${describe(first.model.problem)}, ${nameOf(other)} for ${describe(other.model.problem)}`,
      { hint: "choose with --model NAME" },
    );
  }
  const folders = opened.map(({ folder }) => folder);
  return { names: opened.map(nameOf), folders, problem: first.model.problem, classNames };
}

const namesOf = ({ model }: StoredModel): readonly string[] =>
  listClassNames({ classes: model.problem.classes, classNames: model.classNames });

function nameOf({ model }: StoredModel): string {
  return model.name;
}

function describe({ height, width, channels, classes }: CnnProblem): string {
  return `${height} x ${width} x ${channels} images of ${classes} classes`;
}

/**
 * Predicts with as many threads as the study's trials compute with, so that numbers repeat.
 * @param folder for scratch files
 * @throws BsweepError as `runModelProgram`
 */
export async function predictWith(
  { folders, problem }: Ensemble,
  images: ImagesToPredict,
  { study, signal, folder }: { study: Study; signal: AbortSignal; folder: string },
): Promise<{
  /** Mean over the models, [rows, classes]. */
  readonly probabilities: Float32Array;
  /** The class of each row with the highest mean; the lower one of equals. */
  readonly labels: Uint8Array;
  /** What was read of image files. */
  readonly files: readonly ReadImage[];
}> {
  const probabilitiesFile = join(folder, "probabilities.bin");
  const task = { kind: "predict", models: folders, images, probabilitiesFile } as const;
  const files = await runModelProgram(task, { threads: study.resources.cpus, signal }, folder);
  const bytes = Uint8Array.from(readFileSync(probabilitiesFile));
  const probabilities = new Float32Array(bytes.buffer);
  const { classes } = problem;
  const labels = new Uint8Array(probabilities.length / classes);
  for (const row of labels.keys()) {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    labels[row] = values.indexOf(Math.max(...values));
  }
  return { probabilities, labels, files };
}
