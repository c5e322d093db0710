import type { Inversion } from "../cnn/model-request.ts";
import type { ImagePredictions } from "./models/prediction.ts";
import { type EnsembleOptions, openEnsemble, predictWith } from "./models/ensemble.ts";
import { withScratchFolder } from "./models/model-program.ts";

export interface PredictImagesOptions extends EnsembleOptions {
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
  const predicted = await withScratchFolder((folder) =>
    predictWith(ensemble, { kind: "files", files, inversion }, { study, signal, folder }),
  );
  const images = predicted.files.map((file, row) => {
    const probabilities = [...predicted.probabilities.subarray(row * classes, (row + 1) * classes)];
    const [best = { label: 0, probability: 0 }, runnerUp = null] = probabilities
      .map((probability, label) => ({ label, probability }))
      .sort((a, b) => b.probability - a.probability);
    return { ...file, ...best, runnerUp, probabilities };
  });
  return { models: ensemble.names, images };
}
