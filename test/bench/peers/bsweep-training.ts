/**
 * bsweep's side of the training benchmark: one epoch of the trainer's own loop for each line on stdin.
 * Arguments: folder of the packed data set, rows, batch size, threads, scratch folder, precision.
 */
import { join } from "node:path";
import { resolveCnnParameters } from "../../../src/cnn/parameters.ts";
import { planCnn } from "../../../src/cnn/shapes.ts";
import { Model } from "../../../src/trainer/model.ts";
import { loadNativeBinding } from "../../../src/trainer/runtime/load.ts";
import { train } from "../../../src/trainer/train.ts";
import { openPackedDataset } from "../../../src/workspace/packed-dataset.ts";
import { waitForTurn } from "./turn.ts";

const [datasetFolder = "", rows, batchSize, threads, scratchFolder = "", precision] =
  process.argv.slice(2);
const dataset = openPackedDataset(datasetFolder);
const params = resolveCnnParameters({ batchSize: Number(batchSize), dropout: 0.3 });
const planning = planCnn(params, dataset.header);
if (!planning.ok || dataset.labelsFile === null) throw new Error("the benchmark's own set-up");
const files = {
  images: dataset.imagesFile,
  labels: dataset.labelsFile,
  graph: join(scratchFolder, "graph"),
};
const binding = loadNativeBinding({ threads: Number(threads) });
const design = {
  params,
  plan: planning.plan,
  header: dataset.header,
  precision: precision === "bfloat16" ? precision : "float32",
} as const;
const model = new Model(binding, design, files);
model.initialise(files, 1);

const none = new Int32Array();
const split = {
  training: Int32Array.from({ length: Number(rows) }, (_, row) => row),
  validation: none,
  holdout: none,
};
for (let seed = 1; waitForTurn(); seed++) {
  const started = performance.now();
  await train(model, { params, split, epochs: 1, seed, onEpoch: () => undefined });
  process.stdout.write(`${(performance.now() - started) / 1000}\n`);
}
