import { existsSync } from "node:fs";
import { join } from "node:path";
import { resolveCnnParameters } from "../cnn/parameters.ts";
import { countHeldOut } from "../cnn/split.ts";
import type { TrialResult } from "../core/trial.ts";
import { formatModelFile } from "../formats/model-file.ts";
import type { Round } from "../formats/round-file.ts";
import { SELECTED_EPOCH } from "../stats/outcome.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import type { Layout } from "../workspace/layout.ts";
import { describeModel, MODEL_FILE, nameTrialModel, WEIGHTS_FILE } from "../workspace/models.ts";
import { openLabelledDataset } from "../workspace/packed-dataset.ts";

/**
 * Makes a model of the weights that a trial of the CNN has left in `folder`, for `predict` and `export`, as `refit` makes them. Nothing
 * where there are none, or it is there already. @throws BsweepError INVALID_DATA where the data set is another one by now; WORKSPACE
 */
export function describeTrialModel(
  folder: string,
  result: TrialResult,
  { study, trainer, dataset }: Round,
  layout: Layout,
): void {
  const file = join(folder, MODEL_FILE);
  const { numerics, metrics, number, trialId, resource } = result;
  if (trainer.kind !== "cnn" || dataset === null || numerics === null) return;
  if (existsSync(file) || !existsSync(join(folder, WEIGHTS_FILE))) return;
  const { path, digest, holdout } = dataset;
  const { header } = openLabelledDataset(layout.resolve(path), digest);
  const others = header.count - countHeldOut(header.count, holdout.fraction);
  const told = {
    ...{ study, name: nameTrialModel(number), trial: { number, trialId } },
    ...{ seed: result.replicate + 1, trainingSeed: result.seed },
    params: resolveCnnParameters(result.params),
    epochs: Math.round(metrics[SELECTED_EPOCH] ?? resource.epochs),
    ...{ precision: trainer.precision, seconds: result.timing.seconds, numerics },
    dataset: { path, digest, rows: Math.min(others, dataset.rows ?? Infinity) },
    test: null,
  };
  writeFileAtomic(file, formatModelFile(describeModel(told, header, folder)));
}
